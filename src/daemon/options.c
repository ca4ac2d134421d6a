#include "daemon/options.h"

#include <errno.h>
#include <getopt.h>

static const struct option long_options[] = {
	{"config", required_argument, NULL, 'c'},
	{"check", no_argument, NULL, 'n'},
	{"help", no_argument, NULL, 'h'},
	{"version", no_argument, NULL, 'V'},
	{NULL, 0, NULL, 0},
};

static int complain_about(FILE *complain, const char *what, const char *word)
{
	fprintf(complain, "belfryd: %s: %s\nTry belfryd --help.\n", word, what);
	return -EINVAL;
}

static int set_option(struct options *options, int c)
{
	switch (c) {
	case 'c':
		options->config = optarg;
		return 0;
	case 'n':
		options->check = true;
		return 0;
	case 'h':
		options->help = true;
		return 0;
	case 'V':
		options->version = true;
		return 0;
	default:
		return -EINVAL;
	}
}

int options_parse(int argc, char **argv, struct options *ret, FILE *complain)
{
	struct options options = {.config = SYSCONFDIR "/belfry/belfry.conf"};
	int c;

	optind = 0;
	opterr = 0;
	while ((c = getopt_long(argc, argv, ":c:hV", long_options, NULL)) !=
		-1) {
		if (c == ':')
			return complain_about(
				complain, "needs a value", argv[optind - 1]);
		if (set_option(&options, c) < 0)
			return complain_about(
				complain, "no such option", argv[optind - 1]);
	}
	if (optind < argc)
		return complain_about(complain, "not expected", argv[optind]);
	*ret = options;
	return 0;
}

void options_print_help(FILE *out)
{
	fputs("Usage: belfryd [-c FILE] [--check]\n"
	      "Bridges Amazon Chime SDK messaging channels and IRC "
	      "channels.\n"
	      "\n"
	      "  -c, --config FILE  the configuration (default " SYSCONFDIR
	      "/belfry/belfry.conf)\n"
	      "      --check        only report what is wrong with it\n"
	      "  -h, --help         this summary\n"
	      "  -V, --version      the version\n"
	      "\n"
	      "Runs in the foreground and logs to standard error. SIGTERM "
	      "stops it, SIGHUP\n"
	      "reloads the configuration. See belfryd(8), "
	      "belfry.conf(5).\n",
		out);
}
