// Modules: parts of decant in separate shared objects, because what they link is heavy (libtorch:
// 0.6 s and 160 MB at start-up) or optional (MPI). They are opened on demand.
//
// A room's door is a struct of pointers to its functions, declared in a header of the room that
// includes nothing heavy:
//
//     struct Trainer {
//       static constexpr const ModuleFile& kModule = kNeuralModule;
//       static constexpr const char* kSymbol = "decant_trainer_v1";
//       TrainResult (*train)(const TrainJob& job, const Context& context);
//     };
//     from_module<Trainer>().train(job, context);
//
// The module defines an object of that name and type. The number in the name goes up with every
// change of the struct or of what its functions are given, so that a module of another build is an
// error instead of being called wrongly.
#pragma once

namespace decant {

struct ModuleFile {
  const char* file;                    ///< "decant_neural.so"
  const char* offers;                  ///< what a build without it lacks: "networks"
  const char* remedy;                  ///< then: a sentence without a full stop
  const char* links;                   ///< what must be installed for it to load: "libtorch"
  bool global = false;                 ///< its symbols serve what it opens in turn (Open MPI's parts)
  void (*before_opening)() = nullptr;  ///< called once, before its libraries start
};

/// Whether the module is next to the program or shared library that this code is linked into, or in
/// ../lib/decant from there. (Not next to the process's program, which under Python is python3.)
/// Nothing is opened.
bool has_module(const ModuleFile& module);

/// The symbol, from a module that stays open as long as the process. Throws InputError when there
/// is no such module, when it does not load (a library that it links is missing), and when it has
/// no such symbol: it belongs to another version of decant.
void* module_symbol(const ModuleFile& module, const char* symbol);

/// The room's functions. Opens the module at the first call; after that as cheap as a static
/// variable. Throws as module_symbol() does, then and at every later call. Thread-safe.
template <class Room>
const Room& from_module() {
  static const Room& room = *static_cast<const Room*>(module_symbol(Room::kModule, Room::kSymbol));
  return room;
}

/// Networks: nn, train and features have rooms in it (apps/neural). Opening it sets GOMP_SPINCOUNT
/// unless the environment says how threads wait (docs/training.md).
extern const ModuleFile kNeuralModule;

}  // namespace decant
