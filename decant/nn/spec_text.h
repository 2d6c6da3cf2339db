// A network as users type it: its name and the options that depart from the usual,
// "convnet+width=64+depth=4+norm=batch".
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace decant::nn {

/// Normalisation of a network's maps; layers.h has the formula of each.
enum class NormKind { none, instance, batch, layer, group };

/// What a text says. A network asks for each option that it knows; what nobody has asked for is
/// then an error.
class SpecText {
 public:
  /// Throws InputError for a part that is not "key=value" and for a key given twice.
  explicit SpecText(const std::string& text);

  const std::string& name() const { return name_; }

  /// The whole number given for `key`, or `usual`. Throws InputError for another text and outside
  /// [low, high].
  int number(const std::string& key, int usual, int low, int high);
  /// The kind given for "norm", or `usual`. Throws InputError for another word, with the nearest
  /// one.
  NormKind norm(NormKind usual);

  /// Throws InputError for an option that was given and not asked for, with the nearest one that
  /// was.
  void require_all_asked() const;

 private:
  const std::string* given(const std::string& key);

  std::string name_;
  std::map<std::string, std::string> options_;
  std::vector<std::string> asked_;
};

}  // namespace decant::nn
