/*
 * A stream and what it told its owner: for the tests of net/stream.
 */
#ifndef SUPPORT_NET_STREAM_WORLD_H
#define SUPPORT_NET_STREAM_WORLD_H

#include "net/stream.h"
#include "net_cert.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	MAX_LINE = 100,
	MAX_UNSENT = 65536,
	FLOOD_BYTES = 4 * 1024 * 1024,
	SEEN_BYTES = 4096,
};

/* Certificates for all tests: making keys takes time. */
struct certs {
	struct net_cert *ca;
	struct net_cert *good;  /* localhost and 127.0.0.1, by ca */
	struct net_cert *other; /* other names, by ca */
	struct net_cert *expired;
	struct net_cert *self; /* signs itself */
};

struct stream_world {
	struct certs *certs;
	struct loop *loop;
	struct stream *stream;
	struct tls_profile *profile;
	bool is_connected;
	bool is_closed;
	bool is_drained;
	bool has_line;
	bool hold_lines;            /* leave lines in the stream */
	bool pause_at_line;         /* after the first line */
	enum stream_event close_at; /* close in this callback ... */
	bool closes;                /* ... if this says so */
	const char *hello;          /* to write when connected */
	char seen[SEEN_BYTES];      /* lines, joined by "|" */
	char last[MAX_LINE + 1];
	size_t lines;
};

/* CMocka's, for all tests and for each. */
int stream_world_make_certs(void **state);
int stream_world_free_certs(void **state);
int stream_world_setup(void **state);
int stream_world_teardown(void **state);
/* The stream's callback, does as the world says. */
void stream_world_on_stream(
	struct stream *stream, enum stream_event event, void *arg);
/* Over TLS when the world has a profile. */
void stream_world_open_to(
	struct stream_world *world, const char *host, uint16_t port);
/* Makes the profile. */
void stream_world_trust(
	struct stream_world *world, const char *ca_file, const char *pin);
void stream_world_take_lines(struct stream_world *world);
/* FLOOD_BYTES after a line "go", and waits until all are sent. */
void stream_world_write_much(struct stream_world *world);

#endif
