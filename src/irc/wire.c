#include "irc/wire.h"

#include "net/tls_share.h"
#include "util/alloc.h"

#include <stdlib.h>

struct wire {
	struct stream *stream;
	struct tls_share *tls;
	irc_wire_fn *fn;
	void *arg;
};

static void wire_on_event(
	struct stream *stream, enum stream_event event, void *arg)
{
	const struct wire *wire = arg;

	(void)stream;
	wire->fn(event, wire->arg);
}

static void *wire_open(
	void *context, const struct irc_wire_target *target, struct err *err)
{
	const struct irc_conn_params *params = target->params;
	struct tls_share *tls = NULL;
	struct wire *wire;

	(void)context;
	if (params->tls) {
		tls = tls_share_get(target->loop, &params->tls_params, err);
		if (!tls)
			return NULL;
	}
	wire = xcalloc(1, sizeof(*wire));
	wire->tls = tls;
	wire->fn = target->fn;
	wire->arg = target->arg;
	wire->stream = stream_connect(target->loop,
		&(struct stream_target){
			.host = target->server->host,
			.port = target->server->port,
			.bind_address = params->bind_address,
			.tls = tls ? tls_share_profile(tls) : NULL,
			.connect_timeout_ms = params->connect_timeout_ms,
			.max_line_bytes = IRC_WIRE_LINE_BYTES,
			.max_unsent_bytes = IRC_WIRE_UNSENT_BYTES,
		},
		wire_on_event, wire);
	return wire;
}

static void wire_close(void *arg)
{
	struct wire *wire = arg;

	stream_close(wire->stream);
	tls_share_put(wire->tls);
	free(wire);
}

static int wire_next_line(void *arg, char **ret_line, size_t *ret_len)
{
	const struct wire *wire = arg;

	return stream_next_line(wire->stream, ret_line, ret_len);
}

static int wire_write(void *arg, const void *bytes, size_t len)
{
	const struct wire *wire = arg;

	return stream_write(wire->stream, bytes, len);
}

static void wire_pause(void *arg, bool is_paused)
{
	const struct wire *wire = arg;

	if (is_paused)
		stream_pause(wire->stream);
	else
		stream_resume(wire->stream);
}

static const char *wire_why(const void *arg)
{
	const struct wire *wire = arg;

	return stream_why(wire->stream);
}

static bool wire_is_untrusted(const void *arg)
{
	const struct wire *wire = arg;

	return stream_is_untrusted(wire->stream);
}

static bool wire_is_tls(const void *arg)
{
	const struct wire *wire = arg;

	return stream_is_tls(wire->stream);
}

const struct irc_wire_ops irc_wire_stream = {
	.open = wire_open,
	.close = wire_close,
	.next_line = wire_next_line,
	.write = wire_write,
	.pause = wire_pause,
	.why = wire_why,
	.is_untrusted = wire_is_untrusted,
	.is_tls = wire_is_tls,
};
