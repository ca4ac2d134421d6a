/*
 * Why a link ended, as far as it matters for when to come back. Pure.
 */
#ifndef IRC_LOSS_H
#define IRC_LOSS_H

#include "irc/message.h"

#include <stdbool.h>
#include <stdint.h>

enum irc_loss {
	IRC_LOSS_NORMAL,    /* anything that needs no special patience */
	IRC_LOSS_THROTTLED, /* too many connections, or too fast: >= 30 s */
	IRC_LOSS_KILLED,    /* by an operator, or for flooding: >= 30 s */
	IRC_LOSS_UNSERVED,  /* no nick, or no login now: >= 30 s */
	IRC_LOSS_UNTRUSTED, /* the certificate: >= 5 min */
	IRC_LOSS_SASL,      /* the account was refused: >= 5 min */
	IRC_LOSS_REFUSED,   /* wrong server password and the like: >= 5 min */
	IRC_LOSS_BANNED,    /* >= 15 min */
};

/* From the text of ERROR. */
enum irc_loss irc_loss_of_error(const char *text);
/*
 * From a message that announces the end: ERROR, 465, 466, 463, 464, 484, or a
 * KILL of `own_nick`. False, with *ret left alone, for every other message.
 */
bool irc_loss_of_message(const struct irc_message *msg, const char *own_nick,
	enum irc_loss *ret);
/* The least time to wait before the next attempt. */
int64_t irc_loss_wait_ms(enum irc_loss loss);
/* "throttled", "banned", ... */
const char *irc_loss_name(enum irc_loss loss);

#endif
