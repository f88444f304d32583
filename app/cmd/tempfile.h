/* SPDX-License-Identifier: ISC
 *
 * Temporary files without a name: gone when they are closed, however the program ends. */
#pragma once

/* In $TMPDIR, else /tmp. A descriptor to read and write, or a negative errno. */
int tempfile_open(void);

/* Standard input that can be read again from its beginning: what is no file is first copied to a
 * temporary one, which takes its place. Zero or a negative errno. */
int tempfile_stdin(void);
