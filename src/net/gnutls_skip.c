/*
 * libcurl drags in GnuTLS for a protocol that is switched off here. GnuTLS sets itself up as soon as
 * it is loaded, 1 ms and 900 KiB, unless the program has this function; whoever needs it then asks for it (a
 * libcurl that is built on GnuTLS does). The linker exports it, see the Makefile. Only for the console: the server
 * has GnuTLS itself.
 */
int _gnutls_global_init_skip(void);
int
_gnutls_global_init_skip(void)
{
    return 1;
}
