// Where in a file something is wrong, and the error that says so.
#pragma once

#include <string>

#include "decant/base/errors.h"

namespace decant::parquet {

struct Where {
  std::string file;
  std::string place;  ///< "the footer", "row group 3, column image.bytes, page at byte 4,096"

  [[noreturn]] void refuse(const std::string& what,
                           const std::string& remedy = "The file is damaged: get it again, or write it anew") const {
    throw InputError({file, place, what, remedy});
  }
};

}  // namespace decant::parquet
