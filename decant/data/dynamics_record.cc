#include "decant/data/dynamics_record.h"

#include "decant/base/json.h"
#include "decant/base/json_reader.h"

namespace decant {

Json to_json(const DynamicsRecord& record) {
  Json json = {
      {"format", 1},           {"input", record.input}, {"rows", record.rows}, {"net", record.net},         {"epochs", record.epochs},
      {"batch", record.batch}, {"steps", record.steps}, {"seed", record.seed}, {"seconds", record.seconds}, {"accuracy", record.accuracy}};
  if (record.scores.empty()) return json;
  json["scores"] = record.scores;
  json["command"] = record.command;
  return json;
}

DynamicsRecord dynamics_record_from(const Json& json, const std::string& file) {
  const JsonReader reader(json, file);
  DynamicsRecord record{.input = reader.require("input").text("input"),
                        .rows = reader.count("rows"),
                        .net = reader.require("net").text("net"),
                        .epochs = reader.count("epochs"),
                        .batch = reader.count("batch"),
                        .steps = reader.count("steps"),
                        .seed = reader.seed("seed"),
                        .seconds = reader.number("seconds"),
                        .command = reader.text("command")};
  reader.require("accuracy").each("accuracy", [&](const Json& share, const std::string&) {
    if (!share.is_number()) reader.refuse("accuracy", "holds something other than numbers");
    record.accuracy.push_back(share.get<double>());
  });
  if (record.accuracy.empty()) reader.refuse("accuracy", "is empty");
  reader.each("scores", [&](const Json& name, const std::string&) {
    if (!name.is_string()) reader.refuse("scores", "holds something other than names");
    record.scores.push_back(name.get<std::string>());
  });
  return record;
}

}  // namespace decant
