// Writes the pages of the slides whose programs can be changed, for make_lecture.py.
// usage: lecture_pages FOLDER      RETROGRAD_PLAY names the page without a program
#include <exception>
#include <iostream>

#include "book.h"

int main(int argc, char** argv) try {
  if (argc != 2) {
    std::cerr << "usage: lecture_pages FOLDER\n";
    return 2;
  }
  lecture::Book book(argv[1]);
  lecture::add_losses(book);
  lecture::add_convolutions(book);
  lecture::add_backpropagation(book);
  return 0;
} catch (const std::exception& error) {
  std::cerr << error.what() << "\n";
  return 1;
}
