// Marks what a shared library exports; everything else stays hidden.
#pragma once

#if defined(_WIN32) && !defined(RETROGRAD_STATIC)
#if defined(RETROGRAD_BUILDING)
#define RETROGRAD_API __declspec(dllexport)
#else
#define RETROGRAD_API __declspec(dllimport)
#endif
#else
#define RETROGRAD_API __attribute__((visibility("default")))
#endif
