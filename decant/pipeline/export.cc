#include "decant/pipeline/export.h"

#include <cmath>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "decant/base/errors.h"
#include "decant/base/file.h"
#include "decant/base/json.h"
#include "decant/base/output.h"
#include "decant/base/printable.h"
#include "decant/formats/parquet/table_writer.h"
#include "decant/pipeline/export_labels.h"
#include "decant/pipeline/run/run_folder.h"
#include "decant/pipeline/run/run_source.h"

namespace decant {
namespace fs = std::filesystem;

void ExportOptions::declare(OptionTable& table) {
  Option& from = table.add("run", run, "RUN", "a folder that `decant compress` or `decant bins` wrote");
  from.positional = from.required = true;
  Option& to = table.add("out", out, "FILE", "table to write: FILE.parquet, .csv or .jsonl; FILE.npy: the labels of views, as arrays");
  to.required = true;
  table.add("source", source, "PATH", "the data set, if it has moved");
  table.add("no-source", no_source, "do not open the data set; the table then has no keys and classes");
}

namespace {

using ColumnKind = parquet::Kind;
using parquet::NewColumn;

/// Takes the values of a table, row after row, column after column.
class TableOut {
 public:
  virtual ~TableOut() = default;
  virtual void add_flag(bool value) = 0;
  virtual void add_integer(int64_t value) = 0;
  virtual void add_number(float value) = 0;
  virtual void add_text(const std::string& value) = 0;
  virtual void add_missing() = 0;
  virtual int64_t finish() = 0;
};

class ParquetOut final : public TableOut {
 public:
  ParquetOut(const fs::path& path, std::vector<NewColumn> columns) : writer_(path, std::move(columns)) {}
  void add_flag(bool value) override { writer_.add_flag(value); }
  void add_integer(int64_t value) override { writer_.add_integer(value); }
  void add_number(float value) override { writer_.add_number(static_cast<double>(value)); }
  void add_text(const std::string& value) override { writer_.add_text(value); }
  void add_missing() override { writer_.add_missing(); }
  int64_t finish() override { return writer_.finish(); }

 private:
  parquet::TableWriter writer_;
};

/// Lines of text; a subclass says how a value is written and what stands between.
class LinesOut : public TableOut {
 public:
  LinesOut(const fs::path& path, std::vector<NewColumn> columns) : writer_(path), columns_(std::move(columns)) {}
  void add_flag(bool value) override { add(value ? "true" : "false"); }
  void add_integer(int64_t value) override { add(std::to_string(value)); }
  void add_number(float value) override { add(fmt::format("{}", value)); }
  void add_missing() override {
    missing();
    next();
  }
  int64_t finish() override {
    writer_.commit();
    return writer_.written();
  }

 protected:
  virtual void put(const std::string& value) = 0;
  virtual void missing() = 0;
  virtual void end_line() = 0;

  void add(const std::string& value) {
    put(value);
    next();
  }
  const NewColumn& column() const { return columns_[at_]; }
  bool first() const { return at_ == 0; }

  FileWriter writer_;
  std::vector<NewColumn> columns_;
  std::string line_;

 private:
  void next() {
    if (++at_ < columns_.size()) return;
    at_ = 0;
    end_line();
    writer_.write(line_);
    line_.clear();
  }

  size_t at_ = 0;
};

/// RFC 4180: commas, quotes where a text needs them, a header.
class CsvOut final : public LinesOut {
 public:
  CsvOut(const fs::path& path, std::vector<NewColumn> columns) : LinesOut(path, std::move(columns)) {
    std::string header;
    for (const NewColumn& each : columns_) header += (header.empty() ? "" : ",") + each.name;
    writer_.write(header + "\n");
  }
  void add_text(const std::string& name) override {
    const std::string value = as_utf8(name);
    if (value.find_first_of(",\"\r\n") == std::string::npos) return add(value);
    std::string quoted = "\"";
    for (const char c : value) quoted += c == '"' ? "\"\"" : std::string(1, c);
    add(quoted + "\"");
  }

 private:
  void put(const std::string& value) override { line_ += (first() ? "" : ",") + value; }
  void missing() override { line_ += first() ? "" : ","; }
  void end_line() override { line_ += '\n'; }
};

class JsonLinesOut final : public LinesOut {
 public:
  using LinesOut::LinesOut;
  void add_text(const std::string& value) override { add(json_text(as_utf8(value))); }

 private:
  void put(const std::string& value) override { line_ += (line_.empty() ? "{\"" : ", \"") + column().name + "\": " + value; }
  void missing() override {}
  void end_line() override { line_ += line_.empty() ? "{}\n" : "}\n"; }
};

/// What is written of every row.
class RunTable {
 public:
  RunTable(const RunFolder& run, const Input* input) : run_(run), input_(input), ranks_(static_cast<size_t>(run.rows()), -1) {
    std::vector<int64_t> next(static_cast<size_t>(std::max(1, run.selection.pool_count)));
    for (const int64_t row : run.selection.order) {
      const int32_t pool = run.selection.pools[static_cast<size_t>(row)];
      ranks_[static_cast<size_t>(row)] = next[static_cast<size_t>(std::max(0, pool))]++;
    }
  }

  std::vector<NewColumn> columns() const {
    std::vector<NewColumn> columns = {{"row", ColumnKind::integer}};
    if (input_ != nullptr) columns.push_back({"key", ColumnKind::text});
    if (classed()) columns.insert(columns.end(), {{"label", ColumnKind::integer}, {"class", ColumnKind::text}});
    columns.insert(columns.end(), {{"kept", ColumnKind::flag},
                                   {"bin", ColumnKind::integer},
                                   {"pool", ColumnKind::integer},
                                   {"rank", ColumnKind::integer},
                                   {"gain", ColumnKind::number}});
    if (mapped()) columns.insert(columns.end(), {{"x", ColumnKind::number}, {"y", ColumnKind::number}});
    return columns;
  }

  void write(int64_t row, TableOut& out) const {
    const auto at = static_cast<size_t>(row);
    out.add_integer(row);
    if (input_ != nullptr) out.add_text(input_->dataset.train().key(row));
    if (classed()) add_class(input_->labels[at], out);
    out.add_flag(run_.kept.contains(row));
    const Selection& selection = run_.selection;
    add_number_of(selection.bins[at], out);
    add_number_of(selection.pools[at], out);
    add_number_of(ranks_[at], out);
    add_finite(selection.gains[at], out);
    if (mapped()) add_finite(run_.map.matrix()[row][0], out), add_finite(run_.map.matrix()[row][1], out);
  }

 private:
  bool mapped() const { return run_.map.count() > 0; }
  bool classed() const { return input_ != nullptr && input_->dataset.train().have_classes(); }

  void add_class(int32_t label, TableOut& out) const {
    add_number_of(label, out);
    label == kNoLabel ? out.add_missing() : out.add_text(input_->class_name(label));
  }
  static void add_number_of(int64_t number, TableOut& out) { number < 0 ? out.add_missing() : out.add_integer(number); }
  static void add_finite(float number, TableOut& out) { std::isfinite(number) ? out.add_number(number) : out.add_missing(); }

  const RunFolder& run_;
  const Input* input_;
  std::vector<int64_t> ranks_;
};

std::unique_ptr<TableOut> open_table(const fs::path& path, const std::string& ending, std::vector<NewColumn> columns) {
  if (ending == ".parquet") return std::make_unique<ParquetOut>(path, std::move(columns));
  if (ending == ".csv") return std::make_unique<CsvOut>(path, std::move(columns));
  return std::make_unique<JsonLinesOut>(path, std::move(columns));
}

}  // namespace

Exported export_run(const ExportOptions& options, const Context& context) {
  const std::string ending = options.out.extension().string();
  if (ending == ".npy") return export_labels(options, context);
  if (ending != ".parquet" && ending != ".csv" && ending != ".jsonl")
    throw InputError({options.out.string(), "", "is no name of a table that is written",
                      "End it in .parquet, .csv or .jsonl, or in .npy for labels of views"});
  const RunFolder run = load_run_folder(options.run);
  OutputFile out(options.out, {.inputs = run_inputs(run, options.source)});
  std::optional<Input> input;
  if (!options.no_source) input = source_of(run, options.source, context);
  const RunTable table(run, input ? &*input : nullptr);
  const auto writer = open_table(out.path(), ending, table.columns());
  Stage stage(context, "export", run.rows(), "rows");
  for (int64_t row = 0; row < run.rows(); ++row) {
    table.write(row, *writer);
    if (row % 1024 == 0) context.check_cancelled();
    stage.advance();
  }
  const int64_t bytes = writer->finish();
  out.commit();
  return {run.rows(), bytes};
}

}  // namespace decant
