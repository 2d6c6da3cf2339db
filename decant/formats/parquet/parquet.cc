#include "decant/formats/parquet/parquet.h"

#include <algorithm>
#include <utility>

#include "decant/base/errors.h"
#include "decant/base/parallel.h"
#include "decant/base/text.h"
#include "decant/formats/imagefolder/imagefolder.h"
#include "decant/formats/labels/class_names.h"
#include "decant/formats/parquet/card.h"
#include "decant/formats/parquet/parquet_rows.h"
#include "decant/formats/parquet/parquet_writer.h"
#include "decant/formats/parquet/row_json.h"
#include "decant/formats/parquet/which_files.h"
#include "decant/formats/records/json_records.h"
#include "decant/formats/records/table.h"

namespace decant {
namespace fs = std::filesystem;

namespace parquet {
namespace {

constexpr int64_t kFirstRecords = 64;  // that tell the schema of texts

Files open_all(const fs::path& base, const std::vector<std::string>& names, const std::shared_ptr<PageCache>& cache,
               const Context& context) {
  Files files(names.size());
  parallel_for(context, std::ssize(names), 1, [&](int64_t i, int64_t) {
    const auto place = static_cast<size_t>(i);
    files[place] = std::make_shared<ParquetFile>(base / names[place], names[place], cache);
  });
  return files;
}

bool same_column(const Node& a, const Node& b) {
  return a.path == b.path && a.leaf == b.leaf && a.type == b.type && a.width == b.width && a.most_def == b.most_def &&
         a.most_rep == b.most_rep && a.children == b.children;
}

/// Rows of one set have the same columns everywhere.
void require_same_columns(const ParquetFile& first, const ParquetFile& other) {
  const auto& a = first.footer().nodes;
  const auto& b = other.footer().nodes;
  if (std::equal(a.begin() + 1, a.end(), b.begin() + 1, b.end(), same_column) && a.front().children == b.front().children) return;
  const auto [at, differs] = std::mismatch(a.begin() + 1, a.end(), b.begin() + 1, b.end(), same_column);
  const std::string column = at != a.end() ? at->path : differs->path;
  throw InputError({other.path().string(), "", fmt::format("has other columns than {}: '{}' differs", first.path().string(), column),
                    "Give files of one schema: a folder of its own, or a pattern"});
}

void require_same_classes(const ParquetFile& first, const ParquetFile& other, const Roles& roles) {
  if (roles.label < 0) return;
  const auto names = class_names_of(other.footer(), other.footer().column(roles.label).path);
  if (names.empty() || names == roles.classes) return;
  throw InputError(
      {other.path().string(), "", fmt::format("names other classes than {}", first.path().string()), "Give files of one data set"});
}

/// Where a description of the set may lie: the folder that was named, that of the files, or above.
std::vector<fs::path> card_folders(const fs::path& spec, const fs::path& base) {
  const fs::path files = base.empty() ? "." : base;
  return {fs::is_directory(spec) ? spec : files, files, files / ".."};
}

std::string head_for_card(const fs::path& spec, const fs::path& base) {
  const std::vector<fs::path> folders = card_folders(spec, base);
  const auto found = std::ranges::find_if(folders, [](const fs::path& folder) { return fs::is_regular_file(folder / "README.md"); });
  return card_head(found == folders.end() ? fs::path() : *found / "README.md");
}

/// Names that the files themselves do not have.
std::vector<std::string> card_names(const fs::path& spec, const fs::path& base, const std::string& column) {
  for (const fs::path& folder : card_folders(spec, base)) {
    labels::ClassNames found = labels::find_class_names(folder, column);
    if (!found.names.empty()) return found.names;
  }
  return {};
}

// ---- texts

std::vector<std::string> first_as_json(const ParquetFile& file) {
  std::vector<std::string> records;
  RowJson rows(file, top_columns(file.footer()));
  for (int64_t row = 0; row < std::min(file.rows(), kFirstRecords); ++row) rows.append(row, records.emplace_back());
  return records;
}

/// Columns with the usual names of texts ("sentence", "question"), between commas.
std::string usual_text_columns(const Footer& footer, int label) {
  std::string names;
  for (const int child : footer.root().children) {
    const Node& node = footer.nodes[static_cast<size_t>(child)];
    const bool text = node.leaf && node.type == Physical::bytes && node.most_rep == 0 && node.column != label;
    if (text && records::is_usual_text(node.name)) names += (names.empty() ? "" : ",") + node.name;
  }
  return names;
}

/// `image`: the column of pictures, or −1.
void require_text_columns(const ParquetFile& file, int image, const std::string& asked) {
  const Footer& footer = file.footer();
  for (const std::string& name : split_list(asked)) {
    const auto found =
        std::ranges::find_if(footer.root().children, [&](int child) { return footer.nodes[static_cast<size_t>(child)].name == name; });
    if (found == footer.root().children.end())
      throw InputError({file.path().string(), "", fmt::format("has no column '{}'; there are {}", name, columns_text(footer)),
                        "Name columns of texts: --text 'a,b'"});
    const Node& node = footer.nodes[static_cast<size_t>(*found)];
    if (image >= node.column && image < node.column + node.columns)
      throw InputError(
          {file.path().string(), "", fmt::format("column '{}' holds pictures, and --text names columns of texts", name), "Omit --text"});
  }
}

/// What reads rows as records. `file`: the first that has rows.
std::shared_ptr<const records::RecordReader> text_reader(const ParquetFile& file, const Roles& roles, const std::string& asked) {
  require_text_columns(file, roles.image, asked);
  const std::vector<std::string> records = first_as_json(file);
  const std::vector<std::string_view> views(records.begin(), records.end());
  const std::string name = file.path().string();
  if (!asked.empty()) return records::json_reader(views, {asked, ""}, name);
  try {
    return records::json_reader(views, {}, name);
  } catch (const InputError&) {  // of no schema that is known
  }
  const std::string usual = usual_text_columns(file.footer(), roles.label);
  if (usual.empty())
    throw InputError({name, "",
                      fmt::format("has neither pictures nor texts that decant knows among its columns {}", columns_text(file.footer())),
                      "Name the column of pictures, --image-field a, or those of texts, --text 'a,b'"});
  return records::json_reader(views, {usual, ""}, name);
}

const ParquetFile& first_with_rows(const Files& files) {
  const auto found = std::ranges::find_if(files, [](const auto& file) { return file->rows() > 0; });
  return found == files.end() ? *files.front() : **found;
}

void note_empty_files(const Files& files, std::vector<Oddity>& oddities) {
  for (const auto& file : files) {
    if (file->rows() == 0) oddities.push_back({file->path().string(), "holds no rows"});
  }
}

}  // namespace
}  // namespace parquet

bool names_parquet(const std::string& spec) {
  return parquet::has_parquet_ending(spec);
}

bool looks_like_parquet(const fs::path& path) {
  try {
    if (!fs::is_directory(path)) return fs::is_regular_file(path) && parquet::is_parquet(MappedFile(path).bytes());
    const std::vector<fs::path> files = parquet::parquet_files_below(path, 1);
    if (files.empty()) return false;
    const MappedFile first(files.front());
    return parquet::is_parquet(first.bytes()) &&
           (!looks_like_imagefolder(path) || parquet::may_have_pictures(parquet::read_footer(first.bytes(), files.front().string())));
  } catch (const Error&) {
    return false;  // whatever reads it says why
  }
}

Dataset open_parquet(const std::string& spec, const ParquetFields& fields, const Context& context) {
  using namespace parquet;
  const WhichFiles found = find_parquet_files(spec, fields.configuration);
  Dataset dataset{.format = "parquet", .root = spec, .oddities = found.oddities, .card_head = head_for_card(spec, found.base)};
  const auto cache = std::make_shared<PageCache>();
  std::map<Split, Files> splits;
  for (const auto& [split, names] : found.names) splits[split] = open_all(found.base, names, cache, context);
  const ParquetFile& first = first_with_rows(splits.at(Split::train));
  if (first.rows() == 0) throw InputError({spec, "", "holds no rows for training", "Check the files"});
  Roles roles = find_roles(first, {fields.image, fields.label}, dataset.oddities);
  for (const auto& [split, files] : splits) {
    for (const auto& file : files) {
      require_same_columns(first, *file);
      require_same_classes(first, *file, roles);
    }
    note_empty_files(files, dataset.oddities);
  }
  std::shared_ptr<const records::RecordReader> texts;
  if (roles.image < 0 || (!fields.text.empty() && fields.image.empty())) {
    texts = text_reader(first, roles, fields.text);
    roles.image = -1;
  }
  ParquetLabels labels;
  if (roles.label >= 0) {
    if (roles.classes.empty() && !found.one_of_several)
      roles.classes = card_names(spec, found.base, first.footer().column(roles.label).path);
    labels = read_labels(splits, roles.label, roles.classes, !fields.label.empty(), dataset.oddities, context);
    dataset.classes = labels.names;
  }
  for (auto& [split, files] : splits) {
    auto rows = std::make_shared<ParquetRows>(std::move(files), roles, std::move(labels.of_row[split]), texts);
    if (texts) rows->check_texts(context);
    if (split == Split::train) dataset.writer = make_writer(rows);
    dataset.splits[split] = std::move(rows);
  }
  return dataset;
}

}  // namespace decant
