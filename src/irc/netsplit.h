/*
 * Is a QUIT the work of a netsplit? Servers without `batch netsplit` say it in
 * the reason: the names of the two servers that lost each other, "hub.a.net
 * leaf.b.net", or "*.net *.split" where they hide them. Pure.
 *
 * People's own reasons cannot look so where the server marks them ("Quit:
 * ..."), as nearly all do. Where it does not, someone who leaves with the names
 * of two hosts and nothing else is taken for split.
 */
#ifndef IRC_NETSPLIT_H
#define IRC_NETSPLIT_H

#include <stdbool.h>

bool irc_quit_is_split(const char *reason);

#endif
