#ifndef C_ALLOCATION_COUNT_H
#define C_ALLOCATION_COUNT_H

#include <stdint.h>

/// How many blocks of memory this process has asked for so far, on all threads.
uint64_t outcry_allocations(void);

/// How many bytes it has asked for in them.
uint64_t outcry_allocated_bytes(void);

#endif
