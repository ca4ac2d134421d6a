/*
 * The other side of a connection, for tests: a listener on 127.0.0.1 whose
 * connections are served by a function on a thread of its own (blocking, so
 * that a script reads like one), and blocking clients. Nothing waits longer
 * than NET_PATIENCE_MS.
 */
#ifndef SUPPORT_NET_PEER_H
#define SUPPORT_NET_PEER_H

#include "net/loop.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { NET_PATIENCE_MS = 20000 };

struct net_peer;

/* Serves the n-th connection (from 0); the descriptor is closed afterwards. */
typedef void net_script_fn(int fd, int n, void *arg);

struct net_peer *net_peer_new(net_script_fn *script, void *arg);
/* Waits for the script to end. */
void net_peer_free(struct net_peer *peer);
uint16_t net_peer_port(const struct net_peer *peer);
/* Connections accepted until now. */
int net_peer_count(const struct net_peer *peer);

/* A port on 127.0.0.1 that nobody listens on. */
uint16_t net_closed_port(void);
/* A connected, blocking socket with a receive time-out, or abort. */
int net_dial(uint16_t port);
void net_say(int fd, const void *bytes, size_t len);
void net_says(int fd, const char *text);
/* Reads until the text ends with `end` (true) or the peer closes (false).
 * `text` is terminated. */
bool net_read_until(int fd, const char *end, char *text, size_t size);
/* Reads until the peer closes. */
void net_await_close(int fd);

/* Turns the loop until *flag is set; aborts the test when it never is. */
void net_turn_until(struct loop *loop, const bool *flag);
/* Turns the loop until something can be read from fd, then reads what is
 * there. Returns its length, 0 at the end. */
size_t net_turn_and_read(struct loop *loop, int fd, char *text, size_t size);

#endif
