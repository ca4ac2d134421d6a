/*
 * An IPv4 or IPv6 address with a port, as the socket calls want it.
 */
#ifndef NET_ADDRESS_H
#define NET_ADDRESS_H

#include "util/attr.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

struct address {
	struct sockaddr_storage sa;
	socklen_t len; /* 0: none */
};

/* "192.0.2.1", "2001:db8::1" or "fe80::1%eth0"; 0 or -EINVAL. */
int address_parse(
	const char *literal, uint16_t port, struct address *ret) MUST_CHECK;
/* 0 or, for other families, -EAFNOSUPPORT. */
int address_copy(const struct sockaddr *sa, socklen_t len, uint16_t port,
	struct address *ret) MUST_CHECK;
uint16_t address_port(const struct address *address);
const struct sockaddr *address_sockaddr(const struct address *address);

#endif
