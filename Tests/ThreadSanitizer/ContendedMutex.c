// Shows the thread sanitizer what Synchronization.Mutex does where it is contended.
//
// The way without contention is compiled into whoever locks, and so is seen. The way with it is in the library, which
// is not instrumented: it takes the lock in the kernel, and whatever the Mutex guards looks unguarded from then on. This
// takes the place of that function (`make sanitize` preloads it): it waits for its turn by yielding, and tells the
// sanitizer. Nobody waits in the kernel then, so that the way out without contention is the only one.

#include <sched.h>
#include <stdint.h>
#include <stdlib.h>

/// The sanitizer's; not there in programs that are built without it, which are preloaded with this too.
void __tsan_acquire(void *address) __attribute__((weak));

#define LOCK_SLOW "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define SELF __attribute__((swift_context))

/// _MutexHandle._lockSlow(UInt32), with the lock's word as its self: the thread that holds it, or 0.
__attribute__((swiftcall)) void takeContended(uint32_t thread, SELF uint32_t *word) __asm__(LOCK_SLOW);

__attribute__((swiftcall)) void takeContended(uint32_t thread, SELF uint32_t *word) {
    for (;;) {
        uint32_t holder = 0;
        if (__atomic_compare_exchange_n(word, &holder, thread, 0, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)) break;
        if (holder == thread) abort(); // It would wait for itself for ever.
        sched_yield();
    }
    if (__tsan_acquire) __tsan_acquire(word);
}
