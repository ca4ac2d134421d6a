/*
 * The server's half of SCRAM-SHA-256, for tests: takes what the client puts
 * into AUTHENTICATE and makes the AUTHENTICATE lines that answer it. A test
 * fails when the client's texts are not as RFC 5802 has them.
 */
#ifndef SUPPORT_IRC_SCRAM_SERVER_H
#define SUPPORT_IRC_SCRAM_SERVER_H

#include <stdbool.h>

struct irc_scram_server {
	char bare[512];  /* client-first-message-bare */
	char first[512]; /* server-first-message */
	char nonce[256];
	unsigned iterations;
	bool is_proven;  /* the client's proof was right */
	char line[1024]; /* the answer: "AUTHENTICATE base64" */
};

/* Takes client-first (base64), answers with server-first. */
void irc_scram_server_first(struct irc_scram_server *server, const char *base64,
	unsigned iterations);
/* Takes client-final (base64), answers with the signature. */
void irc_scram_server_final(struct irc_scram_server *server, const char *base64,
	const char *password);

#endif
