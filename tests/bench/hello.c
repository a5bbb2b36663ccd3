// What everything is compared with: the least that a process costs.
#include <stdio.h>

int main(void) {
  puts("hello, world");
  return 0;
}
