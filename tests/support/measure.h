#ifndef TESTS_SUPPORT_MEASURE_H
#define TESTS_SUPPORT_MEASURE_H
/* Clocks and figures of benchmarks. Any thread. */
#include <stddef.h>

/* Microseconds of CPU this process has used, all threads. */
double measure_cpu_us(void);
/* That of n > 0 values which `part` of them are below: 0.5 for the median. Sorts them in place. */
double measure_part(double *values, size_t n, double part);
#endif
