/*
 * One received line on its way through the connection: parsed, acted on part by
 * part, then shown to the owner. Internal to the connection.
 */
#ifndef IRC_CONN_INPUT_H
#define IRC_CONN_INPUT_H

#include <stddef.h>

struct irc_conn;

/* `line` is `len` bytes and one more writable byte. May lose the link; may call
 * the owner. */
void conn_input_line(struct irc_conn *conn, char *line, size_t len);

#endif
