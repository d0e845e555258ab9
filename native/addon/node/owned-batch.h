#pragma once
#include <memory>

#include "../buffer.h"
#include "arguments.h"

namespace cnnc {

// A batch with its own copy of what the caller may change, transfer or free while the call waits.
class OwnedBatch {
 public:
  // Null: there is no memory for it.
  static std::shared_ptr<OwnedBatch> copy(const Model& model, Batch&& batch);

  Batch batch;
  Buffer memory;
};

}  // namespace cnnc
