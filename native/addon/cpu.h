// Whether this processor, and the operating system on it, can run a model's code. An instruction that
// they lack would end the whole process.
#pragma once

namespace cnnc {

// isa: Model::isa. An unknown name is not supported.
bool cpu_supports(const char* isa);

}  // namespace cnnc
