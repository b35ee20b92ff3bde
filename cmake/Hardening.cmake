# Checks of the C library and the compiler that take no measurable time, in optimised builds.
set(hardened $<CONFIG:Release,RelWithDebInfo,MinSizeRel>)
check_cxx_compiler_flag(-fstack-protector-strong RETROGRAD_STACK_PROTECTOR)
if(NOT RETROGRAD_SANITIZE)
  target_compile_options(retrograd PRIVATE "$<${hardened}:-U_FORTIFY_SOURCE;-D_FORTIFY_SOURCE=2>")
endif()
# Where bytes from outside are handled. In operators it takes 2 % of small steps.
if(RETROGRAD_STACK_PROTECTOR AND NOT RETROGRAD_SANITIZE)
  file(GLOB_RECURSE from_outside CONFIGURE_DEPENDS data/*.cpp io/*.cpp)
  set_property(SOURCE ${from_outside} APPEND PROPERTY
               COMPILE_OPTIONS $<${hardened}:-fstack-protector-strong>)
endif()
check_linker_flag(CXX -Wl,-z,relro,-z,now RETROGRAD_RELRO)
if(RETROGRAD_RELRO)
  target_link_options(retrograd PRIVATE -Wl,-z,relro,-z,now)
endif()

# The library's own calls of operator new, inside containers too, report OutOfMemory. A static
# library is not linked: there they throw std::bad_alloc.
check_linker_flag(CXX -Wl,--wrap=_Znwm RETROGRAD_WRAP)
if(RETROGRAD_WRAP AND BUILD_SHARED_LIBS)
  set(letter $<IF:$<EQUAL:${CMAKE_SIZEOF_VOID_P},8>,m,j>)
  target_link_options(retrograd PRIVATE -Wl,--wrap=_Znw${letter},--wrap=_Zna${letter})
  set_property(SOURCE tensor/operator_new.cpp APPEND PROPERTY
               COMPILE_DEFINITIONS RETROGRAD_SIZE_T_LETTER="${letter}")
endif()
