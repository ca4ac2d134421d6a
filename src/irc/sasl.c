#include "irc/sasl.h"

#include "irc/numeric.h"
#include "util/enc.h"
#include "util/str.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* How a mechanism answers one text of the server. */
typedef void sasl_answer_fn(struct irc_sasl *sasl, const struct buf *text);

static sasl_answer_fn sasl_answer_plain;
static sasl_answer_fn sasl_answer_external;
static sasl_answer_fn sasl_answer_scram;

static const struct sasl_row {
	const char *name;
	sasl_answer_fn *answer;
} ROWS[] = {
	[IRC_SASL_NONE] = {"", NULL},
	[IRC_SASL_PLAIN] = {"PLAIN", sasl_answer_plain},
	[IRC_SASL_EXTERNAL] = {"EXTERNAL", sasl_answer_external},
	[IRC_SASL_SCRAM_SHA_256] = {"SCRAM-SHA-256", sasl_answer_scram},
};

void irc_sasl_init(struct irc_sasl *sasl)
{
	*sasl = (struct irc_sasl){.state = IRC_SASL_IDLE};
	buf_init(&sasl->scram.bare, 0);
	buf_init(&sasl->received, IRC_SASL_TEXT_BYTES_MAX);
	buf_init(&sasl->pending, IRC_SASL_TEXT_BYTES_MAX);
}

static void sasl_forget(struct irc_sasl *sasl)
{
	if (sasl->pending.len > 0)
		explicit_bzero(sasl->pending.data, sasl->pending.len);
	explicit_bzero(sasl->piece, sizeof(sasl->piece));
	buf_release(&sasl->pending);
	buf_release(&sasl->received);
	irc_scram_release(&sasl->scram);
	sasl->is_sending = false;
	sasl->sent = 0;
}

void irc_sasl_release(struct irc_sasl *sasl)
{
	sasl_forget(sasl);
}

const char *irc_sasl_name(enum irc_sasl_mechanism mechanism)
{
	return ROWS[mechanism].name;
}

bool irc_sasl_is_offered(
	const char *mechanisms, enum irc_sasl_mechanism mechanism)
{
	struct span rest = span_of(str_or_empty(mechanisms));

	if (rest.len == 0)
		return true;
	while (rest.p)
		if (span_is_nocase(span_cut(&rest, ','), ROWS[mechanism].name))
			return true;
	return false;
}

void irc_sasl_fail(struct irc_sasl *sasl, const char *why)
{
	if (sasl->state == IRC_SASL_DONE || sasl->state == IRC_SASL_FAILED)
		return;
	sasl_forget(sasl);
	sasl->state = IRC_SASL_FAILED;
	(void)snprintf(sasl->why, sizeof(sasl->why), "%s", why);
}

/* Fails it on our side, in the middle: the server is told with "*". */
static void sasl_abort(struct irc_sasl *sasl, const char *why)
{
	irc_sasl_fail(sasl, why);
	buf_adds(&sasl->pending, "*");
	sasl->is_sending = true;
}

static const char *sasl_obstacle(const struct irc_sasl_params *params)
{
	switch (params->mechanism) {
	case IRC_SASL_PLAIN:
		if (!params->is_private)
			return "SASL PLAIN would send the password "
			       "unencrypted: TLS is needed";
		break;
	case IRC_SASL_EXTERNAL:
		return params->is_tls ? NULL : "SASL EXTERNAL needs TLS";
	case IRC_SASL_SCRAM_SHA_256:
		break;
	case IRC_SASL_NONE:
		return "no SASL mechanism";
	}
	if (!*str_or_empty(params->account) || !*str_or_empty(params->password))
		return "SASL needs an account and a password";
	return NULL;
}

void irc_sasl_start(struct irc_sasl *sasl, const struct irc_sasl_params *params)
{
	const char *obstacle = sasl_obstacle(params);

	irc_sasl_release(sasl);
	irc_sasl_init(sasl);
	sasl->params = *params;
	if (!obstacle && params->mechanism == IRC_SASL_SCRAM_SHA_256 &&
		irc_scram_init(&sasl->scram, params->account, params->password,
			NULL) < 0)
		obstacle = "the SASL account or password has characters that "
			   "SCRAM cannot carry";
	if (obstacle) {
		irc_sasl_fail(sasl, obstacle);
		sasl->is_refused = true;
		return;
	}
	sasl->state = IRC_SASL_ASKED;
	buf_adds(&sasl->pending, irc_sasl_name(params->mechanism));
	sasl->is_sending = true;
}

static void sasl_send(struct irc_sasl *sasl, const struct buf *text)
{
	buf_clear(&sasl->pending);
	sasl->sent = 0;
	enc_base64(&sasl->pending, text->data, text->len);
	sasl->is_sending = true;
	if (sasl->pending.overflow || text->overflow)
		sasl_abort(sasl, "the SASL credentials are too long");
}

static void sasl_answer_plain(struct irc_sasl *sasl, const struct buf *text)
{
	struct buf AUTOBUF answer;

	(void)text;
	buf_init(&answer, IRC_SASL_TEXT_BYTES_MAX);
	buf_addc(&answer, '\0');
	buf_adds(&answer, sasl->params.account);
	buf_addc(&answer, '\0');
	buf_adds(&answer, sasl->params.password);
	sasl_send(sasl, &answer);
	if (answer.len > 0)
		explicit_bzero(answer.data, answer.len);
}

static void sasl_answer_external(struct irc_sasl *sasl, const struct buf *text)
{
	struct buf AUTOBUF answer;

	(void)text;
	buf_init(&answer, IRC_SASL_TEXT_BYTES_MAX);
	buf_adds(&answer, str_or_empty(sasl->params.account));
	sasl_send(sasl, &answer);
}

/* Two texts come: the first while nothing is computed, then the last. */
static void sasl_answer_scram(struct irc_sasl *sasl, const struct buf *text)
{
	struct buf AUTOBUF answer;
	const char *why = "";
	int rc = 0;

	buf_init(&answer, IRC_SASL_TEXT_BYTES_MAX);
	if (sasl->state == IRC_SASL_ASKED) {
		irc_scram_first(&sasl->scram, &answer);
	} else if (!sasl->scram.is_computed) {
		rc = irc_scram_final(
			&sasl->scram, text->data, text->len, &answer, &why);
	} else if (sasl->is_verified) {
		rc = -EPROTO;
		why = "the server goes on after the end of SCRAM";
	} else {
		rc = irc_scram_verify(
			&sasl->scram, text->data, text->len, &why);
		sasl->is_verified = rc == 0;
	}
	if (rc < 0) {
		sasl_abort(sasl, why);
		sasl->is_refused = rc == -EACCES;
		return;
	}
	sasl_send(sasl, &answer);
}

static void sasl_take_text(struct irc_sasl *sasl)
{
	struct buf AUTOBUF text;

	buf_init(&text, IRC_SASL_TEXT_BYTES_MAX);
	if (sasl->received.overflow) {
		sasl_abort(sasl, "the server's SASL message is too long");
		return;
	}
	if (enc_base64_decode(&text, sasl->received.data, sasl->received.len) <
		0) {
		sasl_abort(sasl, "the server's SASL message is not base64");
		return;
	}
	buf_clear(&sasl->received);
	ROWS[sasl->params.mechanism].answer(sasl, &text);
	if (sasl->state == IRC_SASL_ASKED)
		sasl->state = IRC_SASL_ANSWERING;
}

static void sasl_take_piece(struct irc_sasl *sasl, const char *piece)
{
	size_t len = strlen(piece);

	if (sasl->is_sending) {
		sasl_abort(sasl, "the server answers before it was asked");
		return;
	}
	if (!str_eq(piece, "+"))
		buf_add(&sasl->received, piece, len);
	if (len != IRC_SASL_CHUNK_BYTES || sasl->received.overflow)
		sasl_take_text(sasl);
}

static void sasl_take_success(struct irc_sasl *sasl)
{
	if (sasl->params.mechanism == IRC_SASL_SCRAM_SHA_256 &&
		!sasl->is_verified) {
		sasl_abort(sasl, "the server says the login is good without "
				 "having proved that it knows the password");
		return;
	}
	if (sasl->state != IRC_SASL_ANSWERING) {
		sasl_abort(sasl, "the server says the login is good without "
				 "having seen it");
		return;
	}
	sasl_forget(sasl);
	sasl->state = IRC_SASL_DONE;
}

static void sasl_take_failure(
	struct irc_sasl *sasl, const struct irc_message *msg)
{
	char why[sizeof(sasl->why)];

	(void)snprintf(why, sizeof(why), "SASL %s: %s",
		irc_sasl_name(sasl->params.mechanism), irc_message_last(msg));
	irc_sasl_fail(sasl, why);
	sasl->is_refused =
		msg->numeric == ERR_SASLFAIL || msg->numeric == ERR_NICKLOCKED;
}

static void sasl_take_mechanisms(
	struct irc_sasl *sasl, const struct irc_message *msg)
{
	if (!irc_sasl_is_offered(
		    irc_message_param(msg, 1), sasl->params.mechanism))
		irc_sasl_fail(
			sasl, "the server does not offer the SASL mechanism");
}

void irc_sasl_take(struct irc_sasl *sasl, const struct irc_message *msg)
{
	if (sasl->state != IRC_SASL_ASKED && sasl->state != IRC_SASL_ANSWERING)
		return;
	if (irc_message_is(msg, "AUTHENTICATE"))
		sasl_take_piece(sasl, irc_message_param(msg, 0));
	else if (msg->numeric == RPL_SASLSUCCESS)
		sasl_take_success(sasl);
	else if (msg->numeric == RPL_SASLMECHS)
		sasl_take_mechanisms(sasl, msg);
	else if (msg->numeric == ERR_NICKLOCKED ||
		 (msg->numeric >= ERR_SASLFAIL &&
			 msg->numeric <= ERR_SASLALREADY))
		sasl_take_failure(sasl, msg);
}

/* The name of the mechanism and "*" are short, so they are one piece each. */
const char *irc_sasl_next(struct irc_sasl *sasl)
{
	size_t left = sasl->pending.len - sasl->sent;
	size_t len = left < IRC_SASL_CHUNK_BYTES ? left : IRC_SASL_CHUNK_BYTES;

	if (!sasl->is_sending)
		return NULL;
	memcpy(sasl->piece, sasl->pending.data + sasl->sent, len);
	sasl->piece[len] = '\0';
	sasl->sent += len;
	if (len < IRC_SASL_CHUNK_BYTES) {
		sasl->is_sending = false;
		buf_clear(&sasl->pending);
		sasl->sent = 0;
	}
	return len > 0 ? sasl->piece : "+";
}
