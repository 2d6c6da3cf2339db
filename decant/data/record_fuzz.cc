// run.json and evidence.json with any bytes in any place: a record, or an InputError. The first two
// bytes of the input choose the document and where in it the rest is put, the third how much of it
// is cut out there.
#include <cstdlib>
#include <string>

#include "decant/base/errors.h"
#include "decant/base/json.h"
#include "decant/data/evidence.h"
#include "decant/data/run_record.h"

namespace {

constexpr std::string_view kRun =
    R"({"schema":1,"rows":10,"kept":4,"bytes_before":9,"seconds":0.5,"seed":7,"version":"1","command":"c","method":"bins","serves":[1,9],)"
    R"("input":{"path":"p","format":"npy","digest":"d","classes":["a",2],"splits":{"test":3}},"options":{"keep":"4","k":[1],"b":true},)"
    R"("features":{"kind":"f","width":8,"file":"f.npy","reused":false},"bins":[{"bin":0,"rows":10,"kept":4}],)"
    R"("classes":[{"name":"a","rows":10,"kept":4}],"bad_files":0,"stages":[{"name":"cut","seconds":1,"peak_rss_bytes":5}],)"
    R"("ranks":{"count":2,"messages":3,"bytes_received":4}})";

constexpr std::string_view kEvidence =
    R"({"schema":2,"test_rows":9,"metrics":[{"name":"top-1","title":"t","unit":"%","scale":100,"least":0,"most":1,"decimals":1,)"
    R"("higher_is_better":true}],"results":[{"net":"linear","set":"full","rows":4,"budget":{"amount":4,"unit":"rows"},"keep":"4",)"
    R"("protocol":"p","seeds":[0,1],"metric":"top-1","values":[0.5,0.6],"steps":3,"converged":true,"seconds":1}],)"
    R"("cost":{"wall_seconds":1,"train_seconds":2,"side_by_side":1,"trained":1,"known":0}})";

decant::Json record(std::string_view name, const decant::Json& json) {
  if (name == "evidence.json") return decant::to_json(decant::evidence_from_json(json, "evidence.json"));
  return decant::to_json(decant::run_record_from(json, "run.json"));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < 3) return 0;
  const bool evidence = data[0] % 2 == 1;
  const std::string_view name = evidence ? "evidence.json" : "run.json";
  std::string text(evidence ? kEvidence : kRun);
  text.replace((data[0] / 2 * 256U + data[1]) % text.size(), data[2], reinterpret_cast<const char*>(data) + 3, size - 3);
  try {
    if (!record(name, decant::parse_json(text)).is_object()) std::abort();
  } catch (const decant::InputError&) {
  }
  return 0;
}
