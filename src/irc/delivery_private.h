/*
 * The deliveries of one connection: what is under way and how the fate of each
 * is found out. Internal to the connection; the public face is irc/delivery.h.
 *
 * A delivery is queued, then written, then done; done ones wait in a list until
 * irc_deliveries_flush() calls their owners from a safe place. Number bounded
 * by the send queue and by what the server leaves unanswered; see
 * IRC_DELIVERIES_MAX.
 */
#ifndef IRC_DELIVERY_PRIVATE_H
#define IRC_DELIVERY_PRIVATE_H

#include "irc/delivery.h"
#include "irc/message.h"
#include "irc/sendq.h"
#include "util/hash.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	IRC_DELIVERIES_MAX = 20000, /* queued and written together */
	/* A label or echo that is not there after this is asked for with a
	 * PING; its PONG without them means that they will not come. */
	IRC_DELIVERY_PROBE_MS = 10 * 1000,
	IRC_DELIVERY_LABEL_BYTES = 24,
};

enum irc_delivery_state {
	IRC_DELIVERY_QUEUED,
	IRC_DELIVERY_WRITTEN,
	IRC_DELIVERY_DONE,
};

enum irc_delivery_proof {
	IRC_PROOF_LABEL, /* the answer with our label */
	IRC_PROOF_ECHO,  /* our own message coming back */
	IRC_PROOF_PONG,  /* PONG without a refusal before it */
};

struct irc_delivery {
	struct irc_delivery *prev; /* in the list of its state */
	struct irc_delivery *next;
	struct irc_conn *conn;
	irc_delivery_fn *fn; /* NULL: cancelled */
	void *arg;
	enum irc_delivery_state state;
	enum irc_delivery_proof proof;
	struct irc_queued *queued; /* while QUEUED */
	uint64_t pings_before;     /* PINGs sent before it was written */
	int64_t written_ms;
	char label[IRC_DELIVERY_LABEL_BYTES];
	char *command;    /* as it comes back */
	char *relay_nick; /* sent as RELAYMSG under it, or NULL */
	char *folded;     /* the target's name */
	char *text;
	char *echoed; /* msgid of an echo with another text, or NULL */
	struct irc_delivery_target *target; /* while WRITTEN */
	struct irc_delivery *target_prev;
	struct irc_delivery *target_next;
	enum irc_delivery_outcome outcome; /* these three when DONE */
	char *msgid;
	char *why;
	bool is_relay_refused;
	UT_hash_handle hh; /* by label, while WRITTEN or QUEUED */
};

/* What is written to one channel and not answered yet, oldest first. */
struct irc_delivery_target {
	char *folded;
	struct irc_delivery *written;
	UT_hash_handle hh;
};

struct irc_deliveries {
	struct irc_delivery *queued;
	struct irc_delivery *written; /* oldest first */
	struct irc_delivery *done;
	struct irc_delivery *by_label;
	struct irc_delivery_target *targets;
	size_t count; /* queued and written */
	uint64_t last_label;
};

void irc_deliveries_init(struct irc_deliveries *deliveries);
/* Frees all without telling their owners. */
void irc_deliveries_release(struct irc_deliveries *deliveries);

/* The fate of a line whose owner is a delivery; see irc/sendq.h. */
void irc_delivery_on_fate(
	struct irc_delivery *delivery, enum irc_sendq_fate fate);
/*
 * Ends it: to the done list, or away when it was cancelled. `msgid` and `why`
 * are copied; NULL is "".
 */
void irc_delivery_finish(struct irc_delivery *delivery,
	enum irc_delivery_outcome outcome, const char *msgid, const char *why);
/* The link is down: those written are lost. (The queue tells the others.) */
void irc_deliveries_down(struct irc_deliveries *deliveries, const char *why);
/* The probe timer: labels and echoes that are overdue are asked for. */
void irc_deliveries_on_probe(void *conn);
/* Calls the owners of those that are done. Stops when `conn` is freed. */
void irc_deliveries_flush(struct irc_conn *conn);

#endif
