/// @file
/// The mark of exported declarations.
#pragma once

/// @def RETROGRAD_API
/// Exports a declaration from a shared library; everything else stays hidden.
#if defined(_WIN32) && !defined(RETROGRAD_STATIC)
#if defined(RETROGRAD_BUILDING)
#define RETROGRAD_API __declspec(dllexport)
#else
#define RETROGRAD_API __declspec(dllimport)
#endif
#else
#define RETROGRAD_API __attribute__((visibility("default")))
#endif
