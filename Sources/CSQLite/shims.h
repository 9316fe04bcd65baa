#pragma once

/* sqlite3_db_config is variadic, which Swift cannot call. <sqlite3.h> is not included here: GRDB's module has its
   declarations, and Swift would find each of them in two modules. */
struct sqlite3;
extern int sqlite3_db_config(struct sqlite3 *, int option, ...);

/* SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE of <sqlite3.h>; SQLite keeps such numbers for ever. */
enum { OUTCRY_SQLITE_NO_CHECKPOINT_ON_CLOSE = 1006 };

static inline int outcry_sqlite_checkpoint_on_close(struct sqlite3 *database, int is_on) {
    return sqlite3_db_config(database, OUTCRY_SQLITE_NO_CHECKPOINT_ON_CLOSE, is_on ? 0 : 1, (int *)0);
}
