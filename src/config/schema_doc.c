#include "config/belfry.h"
#include "config/schema_print.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

static const char example_head[] =
	"# The configuration of belfryd: an example with every setting.\n"
	"# Copy it to belfry.conf, change what is set, uncomment what you "
	"need.\n"
	"# belfryd -c belfry.conf --check tells what is wrong with it.\n"
	"# See belfry.conf(5).\n"
	"#\n"
	"# @include \"more.conf\" takes in another file of this folder.\n"
	"\n";

static void print_example(void)
{
	fputs(example_head, stdout);
	schema_print_example(belfry_schema.rows, stdout);
}

/* Prints the generated half of the documents: example | manual. */
int main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "example") == 0)
		print_example();
	else if (argc == 2 && strcmp(argv[1], "manual") == 0)
		schema_print_manual(belfry_schema.rows, stdout);
	else {
		fprintf(stderr, "usage: schema_doc example | manual\n");
		return EX_USAGE;
	}
	return ferror(stdout) || fflush(stdout) ? EX_IOERR : 0;
}
