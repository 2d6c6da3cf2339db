#include "decant/formats/parquet/roles.h"

#include <algorithm>
#include <array>

#include "decant/base/errors.h"
#include "decant/base/json.h"
#include "decant/formats/image/codec.h"
#include "decant/formats/labels/class_text.h"

namespace decant::parquet {
namespace {

constexpr std::array<std::string_view, 8> kImageNames = {"image", "img", "images", "picture", "photo", "jpg", "png", "webp"};
constexpr int64_t kGlanceRows = 64;  // among which the first value is looked for

/// The features of the datasets library's description, by name; null where there are none.
Json features_of(const Footer& footer) {
  const std::string_view text = footer.value_of("huggingface");
  if (text.empty()) return nullptr;
  const Json json = try_parse_json(text);
  if (!json.is_object() || !json.contains("info") || !json["info"].is_object()) return nullptr;
  const Json& info = json["info"];
  return info.contains("features") && info["features"].is_object() ? info["features"] : Json(nullptr);
}

std::string feature_type(const Json& feature) {
  return feature.is_object() && feature.contains("_type") && feature["_type"].is_string() ? feature["_type"].get<std::string>() : "";
}

/// The node at a path below the root; −1 where there is none.
int node_at(const Footer& footer, const std::string& path) {
  const auto found = std::ranges::find_if(footer.nodes, [&](const Node& node) { return &node != &footer.root() && node.path == path; });
  return found == footer.nodes.end() ? -1 : static_cast<int>(found - footer.nodes.begin());
}

/// The leaf of a struct by its name, or −1.
int member(const Footer& footer, const Node& node, std::string_view name) {
  for (const int child : node.children) {
    const Node& below = footer.nodes[static_cast<size_t>(child)];
    if (below.leaf && below.name == name && below.type == Physical::bytes) return below.column;
  }
  return -1;
}

struct Picture {
  int bytes = -1;
  int path = -1;
};

/// The columns of a node that could be a picture.
Picture picture_in(const Footer& footer, const Node& node) {
  if (node.most_rep > 0) return {};
  if (node.leaf) return node.type == Physical::bytes ? Picture{node.column, -1} : Picture{};
  return {member(footer, node, "bytes"), member(footer, node, "path")};
}

/// Whether the first value there is begins like a picture.
bool begins_like_picture(const ParquetFile& file, int column) {
  ColumnCursor cursor(file, column);
  for (int64_t row = 0; row < std::min(file.rows(), kGlanceRows); ++row) {
    if (const auto value = cursor.value(row)) return codec_of(as_bytes(*value)).has_value();
  }
  return false;
}

class RoleFinder {
 public:
  RoleFinder(const ParquetFile& file, const RoleNames& names, std::vector<Oddity>& oddities)
      : file_(file), footer_(file.footer()), names_(names), features_(features_of(footer_)), oddities_(oddities) {}

  Roles run() {
    const Picture picture = names_.image.empty() ? usual_picture() : named_picture();
    roles_.image = picture.bytes;
    roles_.image_path = picture.path;
    roles_.label = names_.label.empty() ? usual_label() : named_label();
    if (roles_.label >= 0) roles_.classes = class_names_of(footer_, footer_.column(roles_.label).path);
    return roles_;
  }

 private:
  Picture named_picture() const {
    const int node = node_at(footer_, names_.image);
    if (node < 0)
      throw InputError({file_.path().string(), "", fmt::format("has no column '{}'; there are {}", names_.image, columns_text(footer_)),
                        "Name one of them with --image-field"});
    const Picture picture = picture_in(footer_, footer_.nodes[static_cast<size_t>(node)]);
    if (picture.bytes < 0)
      throw InputError({file_.path().string(), "",
                        fmt::format("column '{}' holds no pictures: it is neither binary nor a struct with 'bytes'", names_.image),
                        "Name another with --image-field"});
    return picture;
  }

  bool declared(const Node& node) const {
    return features_.is_object() && features_.contains(node.name) && feature_type(features_[node.name]) == "Image";
  }

  Picture usual_picture() {
    std::vector<const Node*> found;
    for (const int child : footer_.root().children) {
      const Node& node = footer_.nodes[static_cast<size_t>(child)];
      const Picture picture = picture_in(footer_, node);
      if (picture.bytes < 0 || footer_.column(picture.bytes).meaning == Meaning::text) continue;
      if (declared(node) || begins_like_picture(file_, picture.bytes)) found.push_back(&node);
    }
    if (found.empty()) return {};
    const auto rank = [](const Node* node) { return std::ranges::find(kImageNames, node->name) - kImageNames.begin(); };
    const Node* const best = *std::ranges::min_element(found, {}, rank);  // the first of equals
    if (found.size() > 1) note_other_pictures(found, *best);
    return picture_in(footer_, *best);
  }

  void note_other_pictures(const std::vector<const Node*>& found, const Node& best) {
    std::string others;
    for (const Node* node : found) {
      if (node != &best) others += (others.empty() ? "'" : ", '") + node->name + "'";
    }
    oddities_.push_back({file_.path().string(),
                         fmt::format("has several columns of pictures, of which '{}' is read, and not {}. Name another with --image-field",
                                     best.name, others),
                         true});
  }

  static bool can_be_label(const Node& node) {
    return node.leaf && node.most_rep == 0 && node.type != Physical::int96 && node.type != Physical::fixed &&
           node.meaning != Meaning::decimal;
  }

  int named_label() const {
    const int node = node_at(footer_, names_.label);
    if (node < 0)
      throw InputError({file_.path().string(), "", fmt::format("has no column '{}'; there are {}", names_.label, columns_text(footer_)),
                        "Name one of them with --label-field"});
    const Node& named = footer_.nodes[static_cast<size_t>(node)];
    if (!can_be_label(named))
      throw InputError({file_.path().string(), "", fmt::format("column '{}' does not hold one number or text per row", names_.label),
                        "Name another with --label-field"});
    return named.column;
  }

  int usual_label() {
    for (const std::string& name : labels::label_names()) {
      const int node = node_at(footer_, name);
      if (node >= 0 && can_be_label(footer_.nodes[static_cast<size_t>(node)])) return footer_.nodes[static_cast<size_t>(node)].column;
    }
    std::vector<const Node*> found;
    for (const int child : footer_.root().children) {
      const Node& node = footer_.nodes[static_cast<size_t>(child)];
      if (can_be_label(node) && !class_names_of(footer_, node.path).empty()) found.push_back(&node);
    }
    if (found.empty()) return -1;
    if (found.size() > 1)
      oddities_.push_back(
          {file_.path().string(),
           fmt::format("has several columns of classes, of which '{}' is read, and not '{}'. Name another with --label-field",
                       found[0]->name, found[1]->name),
           true});
    return found.front()->column;
  }

  const ParquetFile& file_;
  const Footer& footer_;
  const RoleNames& names_;
  const Json features_;
  std::vector<Oddity>& oddities_;
  Roles roles_;
};

}  // namespace

Roles find_roles(const ParquetFile& file, const RoleNames& names, std::vector<Oddity>& oddities) {
  return RoleFinder(file, names, oddities).run();
}

std::vector<std::string> class_names_of(const Footer& footer, const std::string& column) {
  const Json features = features_of(footer);
  if (!features.is_object() || !features.contains(column)) return {};
  const Json& feature = features[column];
  if (feature_type(feature) != "ClassLabel" || !feature.contains("names") || !feature["names"].is_array()) return {};
  std::vector<std::string> names;
  for (const Json& name : feature["names"]) {
    if (!name.is_string()) return {};
    names.push_back(name.get<std::string>());
  }
  return names;
}

bool may_have_pictures(const Footer& footer) {
  return std::ranges::any_of(footer.root().children, [&](int child) {
    const Picture picture = picture_in(footer, footer.nodes[static_cast<size_t>(child)]);
    return picture.bytes >= 0 && footer.column(picture.bytes).meaning != Meaning::text;
  });
}

std::string columns_text(const Footer& footer) {
  constexpr size_t kMostNamed = 12;
  std::string text;
  const auto& children = footer.root().children;
  for (size_t i = 0; i < std::min(children.size(), kMostNamed); ++i)
    text += (i == 0 ? "'" : ", '") + footer.nodes[static_cast<size_t>(children[i])].name + "'";
  return children.size() > kMostNamed ? text + fmt::format(" and {} more", children.size() - kMostNamed) : text;
}

}  // namespace decant::parquet
