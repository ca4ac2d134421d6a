#include "irc/netsplit.h"
#include "util/attr.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct {
	const char *reason;
	bool is_split;
} REASONS[] = {
	{"hub.example.net leaf.example.net", true},
	{"irc.example.net services.example.net", true},
	{"*.net *.split", true},
	{"*.example.net *.split", true},
	{"a.b.c d.e.fr", false}, /* no domain has one letter */
	{"a.b.cd d.e.fr", true},
	{"HUB.Example.NET leaf2.example.net", true},
	{"x-1.example.net y.example.net", true},
	{"", false},
	{"Quit: hub.example.net leaf.example.net", false},
	{"Quit: leaving", false},
	{"\"hub.example.net leaf.example.net\"", false},
	{"Ping timeout: 240 seconds", false},
	{"Read error: Connection reset by peer", false},
	{"Client Quit", false},
	{"hub.example.net", false},
	{"hub.example.net ", false},
	{" hub.example.net", false},
	{"hub.example.net  leaf.example.net", false},
	{"hub.example.net leaf.example.net too", false},
	{"hub.example.net hub.example.net", false},
	{"hub.example.net HUB.EXAMPLE.NET", false},
	{"hub leaf", false},
	{"hub.example.net leaf", false},
	{"* *", false},
	{"*.* *.*", false},
	{"hub.*.net leaf.example.net", false},
	{"..net .split.", false},
	{"hub..net leaf.example.net", false},
	{"hub.example.net. leaf.example.net", false},
	{"-a.net b.net", false},
	{"a-.net b.net", false},
	{"192.0.2.1 198.51.100.2", false},
	{"hexchat 2.16.1", false},
	{"see example.org/x example.net", false},
	{"me@example.org you@example.net", false},
	{"WeeChat 4.1.1", false},
	{"hmm... ok...", false},
	{"a.very.long.name.that.no.server.has.because.it.is.longer.than."
	 "hostlen "
	 "b.net",
		false},
};

static void test_reasons(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(REASONS); i++) {
		if (irc_quit_is_split(REASONS[i].reason) != REASONS[i].is_split)
			fail_msg("wrong about \"%s\"", REASONS[i].reason);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reasons),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
