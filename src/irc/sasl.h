/*
 * One SASL login (https://ircv3.net/specs/extensions/sasl-3.2): PLAIN,
 * EXTERNAL or SCRAM-SHA-256. A pure state machine: parameters of AUTHENTICATE
 * and numerics in, parameters of AUTHENTICATE out. Its owner sends the lines,
 * and ends it when the server is silent for too long (some are, when their
 * services are down).
 *
 * The secret goes only where it may: PLAIN is refused unless `is_private`
 * (TLS, or a server on the loopback interface); EXTERNAL needs TLS, where the
 * client certificate is. Texts are sent in pieces of 400 bytes, a last piece of
 * exactly 400 is followed by "+"; received pieces are bounded by
 * IRC_SASL_TEXT_BYTES_MAX.
 */
#ifndef IRC_SASL_H
#define IRC_SASL_H

#include "irc/conn.h"
#include "irc/message.h"
#include "irc/scram.h"
#include "util/buf.h"

#include <stdbool.h>

enum { IRC_SASL_CHUNK_BYTES = 400, IRC_SASL_TEXT_BYTES_MAX = 16384 };

enum irc_sasl_state {
	IRC_SASL_IDLE,
	IRC_SASL_ASKED,     /* mechanism sent */
	IRC_SASL_ANSWERING, /* the exchange goes on */
	IRC_SASL_DONE,      /* 903 (and SCRAM's server signature) */
	IRC_SASL_FAILED,    /* see `why` */
};

struct irc_sasl_params {
	enum irc_sasl_mechanism mechanism;
	const char *account;  /* borrowed while the login runs */
	const char *password; /* the same; NULL for EXTERNAL */
	bool is_tls;
	bool is_private;
};

struct irc_sasl {
	struct irc_sasl_params params;
	enum irc_sasl_state state;
	/* When FAILED: the account or its secret was refused (rather than the
	 * service being out of order): trying again soon is useless. */
	bool is_refused;
	char why[192];
	struct irc_scram scram;
	bool is_verified;    /* SCRAM: the server's signature was right */
	struct buf received; /* base64 of the server's text so far */
	struct buf pending;  /* base64 still to be sent in pieces */
	size_t sent;         /* of pending */
	bool is_sending;     /* pending has a piece left, maybe an empty one */
	char piece[IRC_SASL_CHUNK_BYTES + 1];
};

void irc_sasl_init(struct irc_sasl *sasl);
void irc_sasl_release(struct irc_sasl *sasl);

/* "PLAIN", "EXTERNAL", "SCRAM-SHA-256"; "" for none. */
const char *irc_sasl_name(enum irc_sasl_mechanism mechanism);
/* Is it in the value of the capability ("PLAIN,EXTERNAL")? Empty or NULL: the
 * server does not say, so yes. */
bool irc_sasl_is_offered(
	const char *mechanisms, enum irc_sasl_mechanism mechanism);

/* Begins: FAILED at once, or ASKED with the mechanism to be sent. */
void irc_sasl_start(
	struct irc_sasl *sasl, const struct irc_sasl_params *params);
/* Takes AUTHENTICATE and the numerics 900..908; others change nothing. */
void irc_sasl_take(struct irc_sasl *sasl, const struct irc_message *msg);
/*
 * The parameter of the next AUTHENTICATE line to be sent, NULL when there is
 * none now. Ask until NULL after start and every take. Valid until then.
 */
const char *irc_sasl_next(struct irc_sasl *sasl);
/* Ends it from outside: no answer, link down. */
void irc_sasl_fail(struct irc_sasl *sasl, const char *why);

#endif
