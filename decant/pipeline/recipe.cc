#include "decant/pipeline/recipe.h"

#include <utility>

#include "decant/base/errors.h"
#include "decant/base/text.h"

namespace decant {
namespace {

const std::map<std::string, OptionTexts> kRecipes = {{"dq",
                                                      {{"method", "bins"},
                                                       {"function", "graph-cut"},
                                                       {"bins", "10"},
                                                       {"features", "embedding"},
                                                       {"drop", "25%"},
                                                       {"importance", "gradcam++"}}}};

}  // namespace

std::vector<std::string> recipe_names() {
  std::vector<std::string> names;
  for (const auto& [name, texts] : kRecipes) names.push_back(name);
  return names;
}

CompressOptions with_recipe(CompressOptions options) {
  if (options.recipe.empty()) return options;
  const auto recipe = kRecipes.find(options.recipe);
  if (recipe == kRecipes.end()) throw UsageError("--recipe: " + unknown_name("recipe", options.recipe, recipe_names()));
  OptionTexts given = options.given;
  for (const auto& [name, text] : given_options(options)) given[name] = text;
  OptionTexts texts = recipe->second;
  std::erase_if(texts, [&](const auto& text) { return given.contains(text.first); });
  OptionTable table;
  options.declare(table);
  set_texts(texts, table);
  options.given = std::move(given);
  return options;
}

}  // namespace decant
