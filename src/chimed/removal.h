/*
 * Taking things out of the state file with all that hangs on them. Each runs
 * in the open transaction, and takes time that grows with what it removes,
 * but for the messages of a channel, which are left to the janitor.
 */
#ifndef CHIMED_REMOVAL_H
#define CHIMED_REMOVAL_H

#include "chimed/db.h"

#include <stdint.h>

/* The channel with its members, moderators and bans. */
void removal_channel(struct db *db, int64_t channel);
/* The user leaves everywhere: memberships, bans, rights of all kinds. Who it
 * was stays known, for the messages. */
void removal_user(struct db *db, int64_t user, int64_t now_ms);

#endif
