/*
 * The parameters of a connection (irc/conn.h): as a connection keeps them they
 * are a copy of its own, with the defaults put in the place of zeros.
 */
#ifndef IRC_CONN_PARAMS_H
#define IRC_CONN_PARAMS_H

#include "net/tls.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum irc_sasl_mechanism {
	IRC_SASL_NONE,
	IRC_SASL_PLAIN,
	IRC_SASL_EXTERNAL,
	IRC_SASL_SCRAM_SHA_256
};

struct irc_server {
	const char *host;
	uint16_t port;
};

/* Copied by irc_conn_new(). */
struct irc_conn_params {
	const char *name; /* for logs: the network's name */
	const struct irc_server *servers;
	size_t server_count;
	bool tls;
	struct tls_params tls_params;
	const char *bind_address;
	const char *password; /* PASS, or NULL */
	const char *nick;
	/* Kept at the end of every nick that is asked for ("[c]"): `nick` is
	 * the part before it, and what is cut. NULL: none. */
	const char *nick_suffix;
	const char *username;
	const char *realname;
	enum irc_sasl_mechanism sasl;
	const char *sasl_account;
	const char *sasl_password;
	bool sasl_required;          /* else it goes on without, and says so */
	unsigned flood_burst;        /* lines at once; 0: no pacing at all */
	int64_t flood_interval_ms;   /* then one line per this */
	size_t sendq_max_lines;      /* 0: 1000 */
	int64_t sendq_max_age_ms;    /* 0: no bound by age */
	int64_t ping_interval_ms;    /* silence before we PING; 0: 60 s */
	int64_t ping_timeout_ms;     /* 0: 120 s */
	int64_t connect_timeout_ms;  /* 0: 30 s */
	int64_t register_timeout_ms; /* 0: 60 s */
	int64_t retry_min_ms;        /* 0: 2 s */
	int64_t retry_max_ms;        /* 0: 5 min */
	/*
	 * One of many on the same network: keeps as little as it can. It
	 * tracks nobody (irc_conn_channel() is NULL), has no history, uses no
	 * SASL, and once READY shows its `message` event only what is about
	 * itself: what is said to its own nick, its echoes, its own NICK,
	 * JOIN, PART, KICK and QUIT, numerics (but not 353), and what is in no
	 * channel, like FAIL and BATCH.
	 */
	bool is_light;
	/* Whom we connect for, where the server lets us say so
	 * (https://ircv3.net/specs/extensions/webirc). */
	const char *webirc_password; /* NULL: not said */
	const char *webirc_host;     /* NULL: the address again */
	const char *webirc_address;  /* NULL: not said either */
};

void irc_conn_params_copy(
	struct irc_conn_params *copy, const struct irc_conn_params *params);
/* Wipes the secrets and frees what the copy owns. */
void irc_conn_params_release(struct irc_conn_params *copy);

#endif
