# Checks of the C library and the compiler that cost nothing measurable, in optimised builds.
set(hardened $<CONFIG:Release,RelWithDebInfo,MinSizeRel>)
check_cxx_compiler_flag(-fstack-protector-strong RETROGRAD_STACK_PROTECTOR)
if(RETROGRAD_STACK_PROTECTOR AND NOT RETROGRAD_SANITIZE)
  target_compile_options(retrograd PRIVATE
    "$<${hardened}:-fstack-protector-strong;-U_FORTIFY_SOURCE;-D_FORTIFY_SOURCE=2>")
endif()
check_linker_flag(CXX -Wl,-z,relro,-z,now RETROGRAD_RELRO)
if(RETROGRAD_RELRO)
  target_link_options(retrograd PRIVATE -Wl,-z,relro,-z,now)
endif()
