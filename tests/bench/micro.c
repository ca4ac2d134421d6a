/*
 * What single steps cost, without network and disk: one JSON line each, in
 * microseconds of CPU per step. Run by `make bench`.
 */
#include "aws/sigv4.h"
#include "end_chime/markdown.h"
#include "irc/message.h"
#include "util/alloc.h"
#include "util/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { STEPS = 100000 };

static double cpu_us(void)
{
	struct timespec now;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static void emit(const char *name, double begin_us)
{
	printf("{\"case\": \"%s\", \"steps\": %d, \"cpu_us\": %.3f}\n", name,
		STEPS, (cpu_us() - begin_us) / STEPS);
}

#define CHANNEL                                                                \
	"arn%3Aaws%3Achime%3Aus-east-1%3A123456789012%3Aapp-instance%2F"       \
	"694d2099-cb1e-463e-9d64-697ff5b8950e%2Fchannel%2F0123abcd"

static void bench_sign(void)
{
	static const struct sigv4_header headers[] = {
		{"host", "messaging-chime.us-east-1.amazonaws.com"},
		{"content-type", "application/json"},
		{"x-amz-chime-bearer",
			"arn:aws:chime:us-east-1:123456789012:app-instance/"
			"694d2099-cb1e-463e-9d64-697ff5b8950e/user/belfry"},
	};
	static const char body[] =
		"{\"Content\":\"a line of some forty characters or so\","
		"\"Type\":\"STANDARD\",\"Persistence\":\"PERSISTENT\","
		"\"ClientRequestToken\":\"0123456789abcdef0123456789abcdef\"}";
	const struct sigv4_request request = {
		.method = "POST",
		.path = span_of("/channels/" CHANNEL "/messages"),
		.headers = headers,
		.header_count = ARRAY_LEN(headers),
		.body = body,
		.body_len = strlen(body),
	};
	struct sigv4_params params = {
		.region = "us-east-1",
		.service = "chime",
		.wall_ms = 1611079200000,
	};
	struct sigv4_key key;
	struct sigv4_signed out;
	sigv4_key_init(&key, "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG", NULL);
	sigv4_signed_init(&out);
	double begin = cpu_us();
	for (int i = 0; i < STEPS; i++) {
		params.wall_ms += 10; /* the day stays, the second moves */
		if (sigv4_sign(&key, &params, &request, &out) < 0)
			abort();
	}
	emit("sign_send_channel_message", begin);
	sigv4_signed_release(&out);
	sigv4_key_release(&key);
}

static void bench_irc_parse(void)
{
	static const char line[] =
		"@time=2026-01-19T18:00:00.123Z;msgid=abcdef0123456789;"
		"account=bob :bob!~bob@host.example.org PRIVMSG #project "
		":a line of some forty characters or so";
	char copy[sizeof(line) + 1];
	double begin = cpu_us();
	for (int i = 0; i < STEPS; i++) {
		struct irc_message message;
		memcpy(copy, line, sizeof(line));
		if (irc_message_parse(&message, copy, sizeof(line) - 1) !=
			IRC_PARSE_OK)
			abort();
	}
	emit("irc_parse_tagged_line", begin);
}

static void bench_markdown(void)
{
	static const char said[] =
		"some **bold** and _italic_ words, `code`, and a URL: "
		"https://example.org/a_b_c";
	struct text AUTOTEXT text;
	struct buf AUTOBUF out;
	text_init(&text, 4096);
	buf_init(&out, 4096);
	double begin = cpu_us();
	for (int i = 0; i < STEPS; i++) {
		text_clear(&text);
		buf_clear(&out);
		markdown_read(&text, said, sizeof(said) - 1);
		markdown_write(&out, &text);
	}
	emit("markdown_read_and_write", begin);
}

int main(void)
{
	bench_sign();
	bench_irc_parse();
	bench_markdown();
	return 0;
}
