/*
 * Is this what a side has made of an attribute's value? A side drops what it
 * cannot hold (control characters, characters beyond the BMP), may change
 * blanks, and cuts what is too long, with U+2026 at the end. Pure.
 */
#ifndef RECONCILE_FORM_H
#define RECONCILE_FORM_H

#include <stdbool.h>

/* Either may be NULL: then it is not. "" is a form of nothing but what is
 * dropped. */
bool form_is_of(const char *form, const char *value);

#endif
