-- interphase: batch part
UPDATE part SET number = id WHERE :batch AND number IS NULL;
