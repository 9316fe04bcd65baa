#pragma once
#include <sqlite3.h>

/* sqlite3_db_config is variadic. */
static inline int outcry_sqlite_checkpoint_on_close(sqlite3 *database, int is_on) {
    return sqlite3_db_config(database, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, is_on ? 0 : 1, (int *)0);
}
