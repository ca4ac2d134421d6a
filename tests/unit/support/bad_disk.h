/*
 * A disk whose fsync fails when it is told to: wraps SQLite's own file layer,
 * for databases that are opened after bad_disk_install().
 */
#ifndef SUPPORT_BAD_DISK_H
#define SUPPORT_BAD_DISK_H

#include <stdbool.h>

void bad_disk_install(void);
void bad_disk_remove(void);
/* May be called while other threads use it. */
void bad_disk_fail_sync(bool fail);

#endif
