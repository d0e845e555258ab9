// Whether this processor, and the operating system on it, may run a model's code. An instruction that
// they lack would end the whole process.
#pragma once

namespace cnnc {

// What stands against running code for a level of processors (Model::cpu): a text that lives forever, null
// when nothing does. The environment variable CNNC_CPU names the highest level that may be used; it is read
// once, at the first call.
const char* cpu_refusal(const char* cpu);

}  // namespace cnnc
