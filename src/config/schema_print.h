/*
 * Rows as text for people: the example file and the list of settings in a
 * manual page. What is printed is committed; a lint proves that it is up to
 * date.
 */
#ifndef CONFIG_SCHEMA_PRINT_H
#define CONFIG_SCHEMA_PRINT_H

#include "config/schema.h"

#include <stdio.h>

/*
 * A file that loads: what is required or has an example is set, the rest
 * stands in comments with its default.
 */
void schema_print_example(const struct schema_row *rows, FILE *out);
/* An mdoc(7) list, one item per setting. */
void schema_print_manual(const struct schema_row *rows, FILE *out);

#endif
