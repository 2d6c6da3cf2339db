// A network as users type it: its name and the options that depart from the usual,
// "convnet+width=64+depth=4+norm=batch". Whatever else is typed like that is read by it as well.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "decant/base/errors.h"

namespace decant::nn {

/// Normalisation of a network's maps; layers.h has the formula of each.
enum class NormKind { none, instance, batch, layer, group };

/// What a text says. A network asks for each option that it knows; what nobody has asked for is
/// then an error.
class SpecText {
 public:
  /// `kind`: of what, for messages. Throws InputError for a part that is not "key=value" and for a
  /// key given twice.
  explicit SpecText(const std::string& text, std::string kind = "network");

  const std::string& name() const { return name_; }

  /// The whole number given for `key`, or `usual`. Throws InputError for another text and outside
  /// [low, high].
  int number(const std::string& key, int usual, int low, int high);
  /// Likewise for any number.
  double real(const std::string& key, double usual, double low, double high);
  /// The word given for `key`, or `usual`. Throws InputError for one that is not among `known`,
  /// with the nearest.
  std::string word(const std::string& key, const std::string& usual, const std::vector<std::string>& known);
  /// The kind given for "norm", or `usual`. Throws as word() does.
  NormKind norm(NormKind usual);

  /// Throws InputError for an option that was given and not asked for, with the nearest one that
  /// was.
  void require_all_asked() const;

 private:
  const std::string* given(const std::string& key);
  InputError fault(const std::string& what, const std::string& remedy) const;

  std::string kind_;
  std::string name_;
  std::map<std::string, std::string> options_;
  std::vector<std::string> asked_;
};

}  // namespace decant::nn
