#pragma once

#include <stddef.h>
#include <stdint.h>

/// libFuzzer as a library, for programs that have a main of their own (LLVM's documentation of libFuzzer says how).
int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*testOneInput)(const uint8_t *bytes, size_t count));
