// tokenizer.json holds a vocabulary of 10⁵ entries as an object. As a tree it would be searched
// from the beginning at every key (Json keeps their order), so its entries are taken from the
// parser one by one and the rest, which is small, becomes the tree.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "decant/base/errors.h"
#include "decant/base/file.h"
#include "decant/base/json.h"
#include "decant/text/wordpiece.h"

namespace decant::text {
namespace fs = std::filesystem;

namespace {

constexpr int64_t kMostTokens = 10'000'000;
constexpr int64_t kMostAdded = 1000;  // each is tried wherever its first byte stands
constexpr int kMostLevels = 64;
constexpr int kMostKeys = 4096;  // of an object other than the vocabulary
constexpr const char* kSupported =
    "Supported is WordPiece, as BERT, MiniLM, BGE, E5 (English) and GTE have it: give such a model, or compute the features yourself and "
    "give them as a .npy";

/// Takes the parser's events: entries of model.vocab go to `tokens`, all else into the tree.
class TokenizerReader {
 public:
  explicit TokenizerReader(const std::string& file) : file_(file) {}

  std::vector<std::pair<std::string, int32_t>> tokens;

  /// Whether what came last belongs into the tree.
  bool take(int depth, Json::parse_event_t event, const Json& parsed) {
    using Event = Json::parse_event_t;
    if (event == Event::object_start || event == Event::array_start) start(depth, event == Event::object_start);
    if (event == Event::object_end && depth == 2) in_vocabulary_ = false;
    if (event == Event::key) return take_key(depth, parsed.get_ref<const std::string&>());
    if (event == Event::value && in_vocabulary_ && depth == 3) take_id(parsed);
    return true;
  }

 private:
  [[noreturn]] void refuse(const std::string& place, const std::string& what) const {
    throw InputError({file_, place, what, "Use the tokenizer.json that came with the model"});
  }

  void start(int depth, bool object) {
    if (depth >= kMostLevels) refuse("", fmt::format("is nested deeper than {} levels", kMostLevels));
    if (in_vocabulary_) refuse(fmt::format("token '{}'", token_.substr(0, 100)), "has no id but a list or an object");
    keys_.resize(static_cast<size_t>(depth) + 2);
    keys_.back() = 0;
    in_vocabulary_ = object && depth == 2 && section_ == "model" && field_ == "vocab";
  }

  bool take_key(int depth, const std::string& key) {
    if (in_vocabulary_) {
      token_ = key;
      return false;
    }
    if (depth == 1) section_ = key;
    if (depth == 2) field_ = key;
    if (++keys_[static_cast<size_t>(depth)] > kMostKeys) refuse("", fmt::format("has an object of more than {} keys", kMostKeys));
    return true;
  }

  void take_id(const Json& id) {
    if (!id.is_number_unsigned() || id.get<uint64_t>() >= static_cast<uint64_t>(kMostTokens))
      refuse(fmt::format("token '{}'", token_.substr(0, 100)), fmt::format("has an id that is not a whole number below {}", kMostTokens));
    tokens.emplace_back(token_, id.get<int32_t>());
  }

  const std::string& file_;
  std::string section_;
  std::string field_;
  std::string token_;
  bool in_vocabulary_ = false;
  std::vector<int> keys_ = {0, 0};  // by depth
};

/// The tree without its vocabulary.
Json parsed_tokenizer(std::string_view text, const std::string& file, TokenizerReader& reader) {
  try {
    return Json::parse(text, [&](int depth, Json::parse_event_t event, Json& parsed) { return reader.take(depth, event, parsed); });
  } catch (const Json::parse_error& error) {
    throw InputError({file, fmt::format("byte {}", error.byte), "is not JSON", "Copy or download it again"});
  } catch (const Json::out_of_range&) {
    throw InputError({file, "", "holds a number beyond the range of a double", "Copy or download it again"});
  }
}

/// What is known of one tokenizer.json: reads fields and complains of them.
class TokenizerFields {
 public:
  TokenizerFields(const Json& tree, const std::string& file) : tree_(tree), file_(file) {}

  const Json& section(const std::string& name) const {
    static const Json kNothing;
    const auto found = tree_.find(name);
    return found == tree_.end() ? kNothing : *found;
  }

  /// Throws unless the section has that type.
  const Json& section_of_type(const std::string& name, const std::string& type) const {
    const Json& found = section(name);
    const auto given = found.is_object() ? found.find("type") : found.end();
    const bool named = found.is_object() && given != found.end() && given->is_string();
    if (named && given->get_ref<const std::string&>() == type) return found;
    throw InputError({file_, name,
                      named ? fmt::format("is of type {}, not {}", given->get<std::string>().substr(0, 60), type)
                            : fmt::format("is not of type {}", type),
                      kSupported});
  }

  template <class T>
  T value(const Json& section, const std::string& name, T otherwise) const {
    const auto found = section.find(name);
    if (found == section.end() || found->is_null()) return otherwise;
    bool fits = false;
    if constexpr (std::is_same_v<T, bool>)
      fits = found->is_boolean();
    else if constexpr (std::is_same_v<T, std::string>)
      fits = found->is_string();
    else
      fits = found->is_number_unsigned() && found->template get<uint64_t>() < static_cast<uint64_t>(kMostTokens);
    if (!fits) throw InputError({file_, name, "does not have the type expected there", "Use the tokenizer.json that came with the model"});
    return found->template get<T>();
  }

 private:
  const Json& tree_;
  const std::string& file_;
};

BertNormaliser normaliser_in(const TokenizerFields& fields) {
  if (fields.section("normalizer").is_null()) return {false, false, false, false};
  const Json& section = fields.section_of_type("normalizer", "BertNormalizer");
  BertNormaliser normaliser;
  normaliser.clean = fields.value(section, "clean_text", true);
  normaliser.chinese_apart = fields.value(section, "handle_chinese_chars", true);
  normaliser.lower_case = fields.value(section, "lowercase", true);
  normaliser.strip_accents = fields.value(section, "strip_accents", normaliser.lower_case);
  return normaliser;
}

/// Whether normalising leaves a token as it is, so that looking for it before finds it as well, but
/// for one in other letters ("<UNK>" of MPNet's "<unk>"), which is then read as words.
bool stays_as_it_is(std::string_view token, const BertNormaliser& normaliser) {
  return std::ranges::all_of(token, [&](char c) { return c > ' ' && c < 0x7f && !(normaliser.lower_case && c >= 'A' && c <= 'Z'); });
}

/// Tokens that are found in texts as they stand.
std::vector<std::pair<std::string, int32_t>> added_tokens(const TokenizerFields& fields, const BertNormaliser& normaliser,
                                                          const std::string& file) {
  std::vector<std::pair<std::string, int32_t>> added;
  const Json& section = fields.section("added_tokens");
  if (!section.is_array()) return added;
  for (const Json& each : section) {
    const std::string content = each.is_object() ? fields.value<std::string>(each, "content", "") : "";
    const int64_t id = each.is_object() ? fields.value<int64_t>(each, "id", -1) : -1;
    if (content.empty() || id < 0) throw InputError({file, "added_tokens", "holds one without content or id", kSupported});
    const bool late = fields.value(each, "normalized", false) && !stays_as_it_is(content, normaliser);
    if (late || fields.value(each, "single_word", false))
      throw InputError({file, fmt::format("added token '{}'", content.substr(0, 100)),
                        "is matched in normalised text or as a whole word, which is not supported", kSupported});
    if (std::ssize(added) == kMostAdded)
      throw InputError({file, "added_tokens", fmt::format("holds more than {} tokens", kMostAdded), kSupported});
    added.emplace_back(content, static_cast<int32_t>(id));
  }
  return added;
}

std::optional<int32_t> id_of(const WordPieceParts& parts, const std::string& token) {
  for (const auto* list : {&parts.literal, &parts.tokens}) {
    const auto found = std::ranges::find(*list, token, &std::pair<std::string, int32_t>::first);
    if (found != list->end()) return found->second;
  }
  return std::nullopt;
}

/// The token that the post-processor puts first or last; empty where it does not say.
std::string token_around(const Json& section, bool first) {
  if (!section.is_object()) return {};
  const auto single = section.find("single");
  if (single != section.end() && single->is_array() && !single->empty()) {
    const Json& end = first ? single->front() : single->back();
    const auto special = end.is_object() ? end.find("SpecialToken") : end.end();
    if (!end.is_object() || special == end.end() || !special->is_object()) return {};
    const auto id = special->find("id");
    return id != special->end() && id->is_string() ? id->get<std::string>() : std::string();
  }
  const auto pair = section.find(first ? "cls" : "sep");
  const bool named = pair != section.end() && pair->is_array() && !pair->empty() && pair->front().is_string();
  return named ? pair->front().get<std::string>() : std::string();
}

void find_ends(const Json& processor, WordPieceParts& parts) {
  const std::string first = token_around(processor, true);
  const std::string last = token_around(processor, false);
  parts.begin = id_of(parts, first.empty() ? "[CLS]" : first);
  parts.end = id_of(parts, last.empty() ? "[SEP]" : last);
}

Json config_in(const fs::path& folder) {
  const fs::path file = folder / "tokenizer_config.json";
  if (!fs::is_regular_file(file)) return Json::object();
  Json config = read_json(file);
  if (!config.is_object()) throw InputError({file.string(), "", "is not a JSON object", "Use the one that came with the model"});
  return config;
}

BertNormaliser normaliser_of_config(const fs::path& folder) {
  const Json config = config_in(folder);
  const std::string file = (folder / "tokenizer_config.json").string();
  const TokenizerFields fields(config, file);
  BertNormaliser normaliser;
  normaliser.lower_case = fields.value(config, "do_lower_case", true);
  normaliser.chinese_apart = fields.value(config, "tokenize_chinese_chars", true);
  normaliser.strip_accents = fields.value(config, "strip_accents", normaliser.lower_case);
  return normaliser;
}

std::string_view without_line_end(std::string_view line) {
  return line.ends_with('\r') ? line.substr(0, line.size() - 1) : line;
}

}  // namespace

WordPiece parse_vocabulary(std::string_view text, const std::string& file, const BertNormaliser& normaliser) {
  WordPieceParts parts;
  parts.normaliser = normaliser;
  std::unordered_map<std::string_view, int32_t> lines;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    const std::string_view token = without_line_end(text.substr(begin, end - begin));
    const auto id = static_cast<int32_t>(parts.tokens.size());
    const auto refuse = [&](std::string what) {
      throw InputError(
          {file, fmt::format("line {}", id + 1), std::move(what), "Use the vocab.txt that came with the model, a token per line"});
    };
    if (token.empty()) refuse("is empty");
    if (id == kMostTokens) refuse(fmt::format("is more than {} tokens", kMostTokens));
    const auto [first, is_new] = lines.try_emplace(token, id);
    if (!is_new) refuse(fmt::format("repeats the token '{}' of line {}", token.substr(0, 100), first->second + 1));
    parts.tokens.emplace_back(token, id);
    begin = end + 1;
  }
  for (const char* special : {"[UNK]", "[SEP]", "[PAD]", "[CLS]", "[MASK]"}) {
    const auto found = lines.find(special);
    if (found != lines.end()) parts.literal.emplace_back(special, found->second);
  }
  find_ends({}, parts);
  return {std::move(parts), file};
}

WordPiece parse_tokenizer(std::string_view text, const std::string& file) {
  TokenizerReader reader(file);
  const Json tree = parsed_tokenizer(text, file, reader);
  if (!tree.is_object()) throw InputError({file, "", "is not a JSON object", kSupported});
  const TokenizerFields fields(tree, file);
  const Json& model = fields.section_of_type("model", "WordPiece");
  fields.section_of_type("pre_tokenizer", "BertPreTokenizer");
  WordPieceParts parts;
  parts.tokens = std::move(reader.tokens);
  parts.normaliser = normaliser_in(fields);
  parts.unknown = fields.value(model, "unk_token", parts.unknown);
  parts.prefix = fields.value(model, "continuing_subword_prefix", parts.prefix);
  if (parts.prefix.empty()) throw InputError({file, "continuing_subword_prefix", "is empty", kSupported});
  parts.longest = fields.value(model, "max_input_chars_per_word", parts.longest);
  parts.literal = added_tokens(fields, parts.normaliser, file);
  find_ends(fields.section("post_processor"), parts);
  return {std::move(parts), file};
}

WordPiece open_wordpiece(const fs::path& folder) {
  const fs::path tokenizer = folder / "tokenizer.json";
  if (fs::is_regular_file(tokenizer)) return parse_tokenizer(as_text(MappedFile(tokenizer).bytes()), tokenizer.string());
  const fs::path vocabulary = folder / "vocab.txt";
  if (fs::is_regular_file(vocabulary))
    return parse_vocabulary(as_text(MappedFile(vocabulary).bytes()), vocabulary.string(), normaliser_of_config(folder));
  throw InputError(
      {folder.string(), "", "holds neither tokenizer.json nor vocab.txt", "Give the folder of a model as Hugging Face lays it out"});
}

}  // namespace decant::text
