# OpenBLAS and OpenSSL inside the Python extension, linked in where their archives and that of the Fortran library are there. In a process
# that is somebody else's, the shared OpenBLAS would be NumPy's too on Debian: its number of threads and its kernels are not ours to change.
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
  set(DECANT_OPENBLAS decant_own_blas)
  set(DECANT_OWN_BLAS ON)
else()
  message(STATUS "decant: the archives of OpenBLAS and of gfortran's library are not there, so the extension links the shared OpenBLAS")
endif()
set(OPENSSL_USE_STATIC_LIBS ON)
find_package(OpenSSL REQUIRED COMPONENTS Crypto)
