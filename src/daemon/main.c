#include "config.h"

#include "daemon/check.h"
#include "daemon/daemon.h"
#include "daemon/options.h"

#include <stdio.h>
#include <sysexits.h>

int main(int argc, char **argv)
{
	struct options options;

	if (options_parse(argc, argv, &options, stderr) < 0)
		return EX_USAGE;
	if (options.help) {
		options_print_help(stdout);
		return 0;
	}
	if (options.version) {
		printf("belfryd %s\n", PACKAGE_VERSION);
		return 0;
	}
	if (options.check)
		return check_run(options.config, stdout, stderr);
	return daemon_run(options.config);
}
