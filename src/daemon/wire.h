/*
 * The wiring: builds state file, credentials, Chime client, both ends, the
 * bridge and its mappings from a configuration, starts them, applies a new
 * one, stops them. The only file that sees all rooms.
 *
 * The configuration is borrowed: the first one until wire_free(), a later one
 * until the next wire_reload().
 */
#ifndef DAEMON_WIRE_H
#define DAEMON_WIRE_H

#include "config/belfry.h"
#include "net/loop.h"
#include "util/attr.h"
#include "util/buf.h"
#include "util/err.h"

struct end_chime;
struct end_irc;
struct mapping;
struct wire;

struct wire_params {
	struct loop *loop;
	const struct belfry_config *config;
	/* The state file cannot be trusted any more: end at once, without
	 * wire_stop(). Called from the loop, at most once. */
	void (*fatal)(void *arg, const char *why);
	void *arg;
};

/*
 * Everything is built, nothing talks yet. NULL with `err`; *ret_exit then says
 * how the process should exit (sysexits(3)).
 */
struct wire *wire_new(const struct wire_params *params, struct err *err,
	int *ret_exit) MUST_CHECK;
/* Connects. Does not wait for anybody. */
void wire_start(struct wire *wire);

/* Applies limits, pace and mappings: new ones begin, missing ones end, changed
 * ones end and begin again where they were. */
void wire_reload(struct wire *wire, const struct belfry_config *config);

/*
 * Takes nothing new, waits at most drain_ms for what is under way, leaves the
 * networks; then fn(arg), once, from the loop. Only wire_free() after it.
 */
void wire_stop(struct wire *wire, int64_t drain_ms, loop_fn *fn, void *arg);
/* Saves and closes; blocks for the disk. NULL is fine. */
void wire_free(struct wire *wire);

/* What is wrong with the state file, or NULL. */
const char *wire_trouble(const struct wire *wire);
/* NULL when there is no such mapping. */
struct mapping *wire_mapping(struct wire *wire, const char *name);

/* For unmapping; borrowed. */
struct end_chime *wire_chime(const struct wire *wire);
/* It was unmapped. */
void wire_forget(struct wire *wire, const char *mapping);

/* Every network and every mapping that runs, in the order of the
 * configuration; for when somebody asks. */
struct wire_visitor {
	void (*network)(const char *name, const struct end_irc *end, void *arg);
	void (*mapping)(const struct mapping_config *config,
		struct mapping *mapping, void *arg);
	void *arg;
};
void wire_visit(const struct wire *wire, const struct wire_visitor *visitor);

/* One line: "2/3 mappings ready; to IRC 12 relayed, ...; libera: ready". */
void wire_describe(const struct wire *wire, struct buf *out);

#endif
