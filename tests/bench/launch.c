// Starts programs and says what the kernel knows of them afterwards. In C, and small: the kernel counts what the parent had in
// memory at the start as the child's peak, and a parent with threads and pipes of its own disturbs what takes half a millisecond.
//
//   launch pairs COUNT A [ARGUMENT...] -- B [ARGUMENT...]
//       runs A and B in turns; a line for each turn: nanoseconds and peak memory in kB of A, then of B
//   launch crowd COUNT FOLDER PROGRAM [ARGUMENT...]
//       starts all at once, standard output into FOLDER/0, FOLDER/1, ...; a line for each: end (nanoseconds since 1970),
//       nanoseconds from the first start to its end, peak memory in kB
//   launch first PROGRAM [ARGUMENT...]
//       becomes the program
//
// `pairs` and `first` run before other programs of the machine, where the kernel lets us.
// A program that fails ends it with exit code 1.
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static long long nanoseconds(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static void fail(const char *what, const char *about) {
  fprintf(stderr, "launch: %s: %s\n", what, about);
  exit(1);
}

static pid_t start(char **program, const char *output) {
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&files, 1, output, O_WRONLY | O_CREAT, 0600);
  pid_t child;
  if (posix_spawnp(&child, program[0], &files, NULL, program, environ) != 0) fail("cannot start", program[0]);
  posix_spawn_file_actions_destroy(&files);
  return child;
}

static pid_t ended(pid_t which, char **program, struct rusage *usage) {
  int status;
  pid_t child = wait4(which, &status, 0, usage);
  if (child < 0 || !WIFEXITED(status) || WEXITSTATUS(status) != 0) fail("failed", program[0]);
  return child;
}

static void come_first(void) {
  struct sched_param first = {.sched_priority = 1};
  sched_setscheduler(0, SCHED_FIFO, &first);
}

static void timed(char **program, long long *took, long *peak) {
  struct rusage usage;
  long long before = nanoseconds(CLOCK_MONOTONIC);
  ended(start(program, "/dev/null"), program, &usage);
  *took = nanoseconds(CLOCK_MONOTONIC) - before;
  *peak = usage.ru_maxrss;
}

static void pairs(int count, char **a) {
  char **b = a;
  while (*b != NULL && strcmp(*b, "--") != 0) b++;
  if (*b == NULL) fail("no second program", a[0]);
  *b++ = NULL;
  come_first();
  int warm_up = 5;
  for (int turn = -warm_up; turn < count; turn++) {
    long long took_a, took_b;
    long peak_a, peak_b;
    timed(a, &took_a, &peak_a);
    timed(b, &took_b, &peak_b);
    if (turn >= 0) printf("%lld %ld %lld %ld\n", took_a, peak_a, took_b, peak_b);
  }
}

static void crowd(int count, const char *folder, char **program) {
  char output[4096];
  long long before = nanoseconds(CLOCK_MONOTONIC);
  for (int each = 0; each < count; each++) {
    snprintf(output, sizeof output, "%s/%d", folder, each);
    start(program, output);
  }
  for (int each = 0; each < count; each++) {
    struct rusage usage;
    ended(-1, program, &usage);
    printf("%lld %lld %ld\n", nanoseconds(CLOCK_REALTIME), nanoseconds(CLOCK_MONOTONIC) - before, usage.ru_maxrss);
  }
}

int main(int count, char **arguments) {
  if (count >= 4 && strcmp(arguments[1], "pairs") == 0) {
    pairs(atoi(arguments[2]), arguments + 3);
  } else if (count >= 5 && strcmp(arguments[1], "crowd") == 0) {
    crowd(atoi(arguments[2]), arguments[3], arguments + 4);
  } else if (count >= 3 && strcmp(arguments[1], "first") == 0) {
    come_first();
    execvp(arguments[2], arguments + 2);
    fail("cannot start", arguments[2]);
  } else {
    fail("usage", "launch pairs COUNT A.. -- B..; launch crowd COUNT FOLDER PROGRAM..; launch first PROGRAM..");
  }
  return 0;
}
