#pragma once
#include <sys/prctl.h>

// What debuggers and `top -H` call this thread: at most 15 bytes are kept, says prctl(2). It is variadic.
static inline void outcry_name_thread(const char *name) { prctl(PR_SET_NAME, name); }
