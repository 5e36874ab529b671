#ifndef TESTS_SUPPORT_MEASURE_H
#define TESTS_SUPPORT_MEASURE_H
/* Clocks and figures of benchmarks. Any thread. */
#include <stddef.h>

/* Microseconds of CPU this process has used, all threads. */
double measure_cpu_us(void);
/* The middle one of n > 0 values, which are sorted in place. */
double measure_median(double *values, size_t n);
#endif
