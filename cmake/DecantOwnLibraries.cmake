# OpenBLAS and OpenSSL inside the Python extension, linked in where their archives and that of the Fortran library are there. In a process
# that is somebody else's, the shared OpenBLAS would be NumPy's too on Debian: its number of threads and its kernels are not ours to change.

# The archive has kernels for 20 kinds of processors, 1 MB each, and picks among them at run time by tables gotoblas_NAME. Where a kind's table
# is named another's, nothing asks for its kernels and the linker leaves them out: 16 of 26 MB. What is left out is from before 2011, or from
# AMD's Bulldozer line (to 2015), and runs the kernels of an instruction set that it has. The others are kept, also where they differ in little:
# there the package's picks are the program's to the last bit. SSE3, which PRESCOTT takes, NumPy's wheels ask for as well.
function(decant_leave_out_kernels archive)
  execute_process(COMMAND ${CMAKE_AR} t ${archive} OUTPUT_VARIABLE members)
  foreach(pair ATOM:PRESCOTT NANO:PRESCOTT CORE2:PRESCOTT PENRYN:PRESCOTT DUNNINGTON:PRESCOTT OPTERON:PRESCOTT OPTERON_SSE3:PRESCOTT
      BARCELONA:PRESCOTT BOBCAT:PRESCOTT BULLDOZER:SANDYBRIDGE PILEDRIVER:SANDYBRIDGE STEAMROLLER:SANDYBRIDGE EXCAVATOR:SANDYBRIDGE)
    string(REPLACE ":" ";" names ${pair})
    list(GET names 0 left_out)
    list(GET names 1 instead)
    if(members MATCHES "setparam_${left_out}\\.o" AND members MATCHES "setparam_${instead}\\.o")
      target_link_options(decant_own_blas INTERFACE "LINKER:--defsym=gotoblas_${left_out}=gotoblas_${instead}")
    endif()
  endforeach()
endfunction()

find_library(DECANT_OPENBLAS_ARCHIVE libopenblas.a HINTS ${openblas_LIBRARY_DIRS})
foreach(archive gfortran quadmath)
  execute_process(COMMAND ${CMAKE_CXX_COMPILER} -print-file-name=lib${archive}.a OUTPUT_STRIP_TRAILING_WHITESPACE OUTPUT_VARIABLE _file)
  set(DECANT_${archive}_ARCHIVE ${_file})
endforeach()
if(DECANT_OPENBLAS_ARCHIVE AND IS_ABSOLUTE "${DECANT_gfortran_ARCHIVE}" AND IS_ABSOLUTE "${DECANT_quadmath_ARCHIVE}")
  add_library(decant_own_blas INTERFACE)
  target_include_directories(decant_own_blas SYSTEM INTERFACE ${openblas_INCLUDE_DIRS})
  target_link_libraries(decant_own_blas INTERFACE
    ${DECANT_OPENBLAS_ARCHIVE} ${DECANT_gfortran_ARCHIVE} ${DECANT_quadmath_ARCHIVE} Threads::Threads m)
  decant_leave_out_kernels(${DECANT_OPENBLAS_ARCHIVE})
  set(DECANT_OPENBLAS decant_own_blas)
  set(DECANT_OWN_BLAS ON)
else()
  message(STATUS "decant: the archives of OpenBLAS and of gfortran's library are not there, so the extension links the shared OpenBLAS")
endif()
set(OPENSSL_USE_STATIC_LIBS ON)
find_package(OpenSSL REQUIRED COMPONENTS Crypto)
