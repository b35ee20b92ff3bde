// Prints the number of threads with which a program starts.
#include <iostream>

#include <retrograd/tensor/threads.h>

int main() {
  std::cout << retrograd::get_num_threads() << "\n";
}
