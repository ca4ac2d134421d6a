#include "net/address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>

static void address_set_port(struct address *address, uint16_t port)
{
	if (address->sa.ss_family == AF_INET6)
		((struct sockaddr_in6 *)&address->sa)->sin6_port = htons(port);
	else
		((struct sockaddr_in *)&address->sa)->sin_port = htons(port);
}

static int address_parse_v6(const char *literal, struct sockaddr_in6 *ret)
{
	char host[INET6_ADDRSTRLEN];
	size_t len = strcspn(literal, "%");

	if (len >= sizeof(host))
		return -EINVAL;
	memcpy(host, literal, len);
	host[len] = '\0';
	ret->sin6_family = AF_INET6;
	if (inet_pton(AF_INET6, host, &ret->sin6_addr) != 1)
		return -EINVAL;
	if (literal[len] == '\0')
		return 0;
	/* The interface of a link-local address. */
	ret->sin6_scope_id = if_nametoindex(literal + len + 1);
	return ret->sin6_scope_id != 0 ? 0 : -EINVAL;
}

int address_parse(const char *literal, uint16_t port, struct address *ret)
{
	struct sockaddr_in sin = {.sin_family = AF_INET};
	struct sockaddr_in6 sin6 = {.sin6_port = 0};

	if (inet_pton(AF_INET, literal, &sin.sin_addr) == 1)
		return address_copy(
			(struct sockaddr *)&sin, sizeof(sin), port, ret);
	if (address_parse_v6(literal, &sin6) == 0)
		return address_copy(
			(struct sockaddr *)&sin6, sizeof(sin6), port, ret);
	return -EINVAL;
}

int address_copy(const struct sockaddr *sa, socklen_t len, uint16_t port,
	struct address *ret)
{
	struct address address = {.len = len};

	if ((sa->sa_family != AF_INET && sa->sa_family != AF_INET6) ||
		len > (socklen_t)sizeof(address.sa))
		return -EAFNOSUPPORT;
	memcpy(&address.sa, sa, len);
	address_set_port(&address, port);
	*ret = address;
	return 0;
}

uint16_t address_port(const struct address *address)
{
	if (address->sa.ss_family == AF_INET6)
		return ntohs(
			((const struct sockaddr_in6 *)&address->sa)->sin6_port);
	return ntohs(((const struct sockaddr_in *)&address->sa)->sin_port);
}

const struct sockaddr *address_sockaddr(const struct address *address)
{
	return (const struct sockaddr *)&address->sa;
}
